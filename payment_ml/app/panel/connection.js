import { isWholePage } from "./surroundings.js";

const ANSWER_TIMEOUT = 60_000; // milliseconds, while the connection stands
const WATCH_INTERVAL = 400; // milliseconds; a lost kernel is noticed within LOST_AFTER and two of these
const LOST_AFTER = 3500; // milliseconds without an answer to a ping
const BUSY_AFTER = 15_000; // the same in a notebook, whose kernel also runs other cells

/**
 * Send numbered questions to the kernel and give back its answers, one for each question.
 *
 * The kernel is also asked one question of no content after the other; `onConnection` gets false when it stays without
 * an answer, and true when answers come again.
 */
export class KernelChannel {
  constructor(model, onConnection) {
    this.model = model;
    this.onConnection = onConnection;
    this.pending = new Map(); // from the number of a question to the function that takes its answer, and when it was asked
    this.count = 0;
    this.connected = true;
    this.pinged = null; // when the last ping was sent that is not answered yet
    this.receive = this.receive.bind(this);
    model.on("msg:custom", this.receive);
    this.timer = setInterval(() => this.watch(), WATCH_INTERVAL);
  }

  /**
   * Ask the kernel one question.
   *
   * Resolves to its answer, which has `refused` where the kernel could not do what it was asked, or did not answer in
   * time; files of the answer are Uint8Arrays. `image` is an optional Blob that travels with the question.
   */
  async ask(question, image) {
    const buffers = image ? [await image.arrayBuffer()] : [];
    const id = `${this.model.model_id ?? ""}-${Date.now()}-${this.count++}`;
    return new Promise((resolve) => {
      this.pending.set(id, { resolve, asked: performance.now() });
      this.send({ id, ...question }, buffers);
    });
  }

  send(question, buffers = []) {
    try { this.model.send(question, undefined, buffers); } catch { /* the kernel is gone; watch() tells so */ }
  }

  /** Ping the kernel, notice that it is gone, and give up questions that it does not answer. */
  watch() {
    const now = performance.now();
    if (this.pinged !== null && now - this.pinged > (isWholePage() ? LOST_AFTER : BUSY_AFTER)) this.setConnected(false);
    if (this.pinged === null || !this.connected) this.send({ id: "ping", do: "ping" });
    this.pinged ??= now;
    if (!this.connected) return;
    for (const [id, { resolve, asked }] of this.pending) {
      if (now - asked < ANSWER_TIMEOUT) continue;
      this.pending.delete(id);
      resolve({ refused: "expected an answer from the reader, but none came; reload the page and try again" });
    }
  }

  setConnected(connected) {
    if (connected === this.connected) return;
    this.connected = connected;
    this.onConnection(connected);
  }

  /** Pass the kernel's answer to the question that waits for it. */
  receive({ id, answer, files = [] }, buffers = []) {
    this.pinged = null;
    this.setConnected(true);
    files.forEach((name, i) => {
      const { buffer, byteOffset, byteLength } = buffers[i];
      answer[name] = new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength));
    });
    const question = this.pending.get(id);
    this.pending.delete(id);
    question?.resolve(answer);
  }

  /** Stop listening to the kernel. */
  destroy() {
    clearInterval(this.timer);
    this.model.off("msg:custom", this.receive);
  }
}
