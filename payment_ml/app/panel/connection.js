const ANSWER_TIMEOUT = 60_000; // milliseconds

/** Send numbered questions to the kernel and give back its answers, one for each question. */
export class KernelChannel {
  constructor(model) {
    this.model = model;
    this.pending = new Map(); // from the number of a question to the function that takes its answer
    this.count = 0;
    this.receive = this.receive.bind(this);
    model.on("msg:custom", this.receive);
  }

  /**
   * Ask the kernel one question.
   *
   * Resolves to its answer, which has `refused` where the kernel could not do what it was asked, or did not answer in
   * time. `image` is an optional Blob that travels with the question.
   */
  async ask(question, image) {
    const buffers = image ? [await image.arrayBuffer()] : [];
    const id = `${this.model.model_id ?? ""}-${Date.now()}-${this.count++}`;
    return new Promise((resolve) => {
      const timeout = setTimeout(() => {
        this.pending.delete(id);
        resolve({ refused: "expected an answer from the reader, but none came; reload the page and try again" });
      }, ANSWER_TIMEOUT);
      this.pending.set(id, (answer) => {
        clearTimeout(timeout);
        resolve(answer);
      });
      this.model.send({ id, ...question }, undefined, buffers);
    });
  }

  /** Pass the kernel's answer to the question that waits for it. */
  receive(message) {
    const resolve = this.pending.get(message.id);
    this.pending.delete(message.id);
    resolve?.(message.answer);
  }

  /** Stop listening to the kernel. */
  destroy() {
    this.model.off("msg:custom", this.receive);
  }
}
