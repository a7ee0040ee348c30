// The browser's half of the upload panel. It shows and sends; what a picture says is decided in payment_ml.desk.

const PATIENCE = 60_000; // milliseconds until a kernel that does not answer is given up
const PEN = 14; // pixels of the drawing canvas
const IDLE = 700; // milliseconds after the last stroke until a drawing is read
const PREVIEW = 1400; // pixels of the preview's longer side
const ACCEPTED = "image/png,image/jpeg,image/gif,.png,.jpg,.jpeg,.gif";

/** An element: properties as they are, attributes where a name has a dash, `on` for listeners. */
function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "on") for (const [event, handler] of Object.entries(value)) made.addEventListener(event, handler);
    else if (name.includes("-") || name === "role" || name === "for") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)}%`;

/** Confidence for people: never 100% or 0%, which no reader can promise. */
const sure = (share) => (share > 0.9995 ? "over 99.9%" : share < 0.001 ? "under 0.1%" : percent(share));

/** The same where there is little room. */
const short = (share) => (share > 0.995 ? ">99%" : percent(share, 0));

/** Kernel and page talk in numbered questions; one answer each. */
class Line {
  constructor(model) {
    this.model = model;
    this.waiting = new Map();
    this.count = 0;
    this.heard = (message) => {
      const resolve = this.waiting.get(message.id);
      this.waiting.delete(message.id);
      resolve?.(message.answer);
    };
    model.on("msg:custom", this.heard);
  }

  async ask(question, blob) {
    const content = blob ? [await blob.arrayBuffer()] : [];
    const id = `${this.model.model_id ?? ""}-${Date.now()}-${this.count++}`;
    return new Promise((resolve) => {
      const given_up = setTimeout(() => {
        this.waiting.delete(id);
        resolve({ refused: "expected an answer from the reader, but none came; reload the page and try again" });
      }, PATIENCE);
      this.waiting.set(id, (answer) => {
        clearTimeout(given_up);
        resolve(answer);
      });
      this.model.send({ id, ...question }, undefined, content);
    });
  }

  close() {
    this.model.off("msg:custom", this.heard);
  }
}

/** Follow the page's theme, whoever sets it: JupyterLab, Voila, or the system. */
function themeOf(node) {
  for (let each = node.parentElement; each; each = each.parentElement) {
    const [red, green, blue, alpha = 1] = (getComputedStyle(each).backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
    if (alpha > 0.5 && blue !== undefined) return 0.3 * red + 0.6 * green + 0.1 * blue < 128 ? "dark" : "light";
  }
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

function render({ model, el }) {
  const line = new Line(model);
  const items = []; // pictures, as they came
  let shown = null; // the one whose answer is on the page
  let order = { key: "doubt", up: true };
  let kind = model.get("kinds")[0];
  const prefix = `pml-${Math.random().toString(36).slice(2)}`;

  // --- where pictures come from -------------------------------------------------------------------------------
  const file = element("input", {
    type: "file", multiple: true, accept: ACCEPTED, hidden: true,
    on: { change: () => { take([...file.files]); file.value = ""; } },
  });
  const choose = element("button", {
    type: "button", className: "pml-button pml-primary", textContent: "Choose pictures", on: { click: () => file.click() },
  });
  const drawInstead = element("button", {
    type: "button", className: "pml-button", textContent: "Draw", "aria-expanded": "false", "aria-controls": `${prefix}-draw`,
    on: { click: () => toggleDrawing() },
  });
  const drop = element(
    "div", { className: "pml-drop" },
    element("p", { className: "pml-hint" }, "Drop pictures of an amount here, paste one, or"),
    element("div", { className: "pml-row" }, choose, file, drawInstead),
    element("p", { className: "pml-small" }, `PNG, JPG or GIF, up to ${model.get("limit") / 1e6} MB each`),
  );

  const ink = element("canvas", {
    width: 720, height: 240, className: "pml-ink", role: "img", "aria-label": "Drawing area: write an amount with mouse, pen or finger",
  });
  const clear = element("button", { type: "button", className: "pml-button", textContent: "Clear", on: { click: () => wipe() } });
  const drawing = element(
    "div", { className: "pml-draw", id: `${prefix}-draw`, hidden: true }, ink,
    element("div", { className: "pml-row" }, clear, element("span", { className: "pml-small" }, "It is read when you pause.")),
  );

  const kinds = element("fieldset", { className: "pml-kinds" }, element("legend", { className: "pml-hidden" }, "What the pictures hold"));
  for (const [value, words] of [["amount", "Whole amount"], ["digit", "One digit"]]) {
    if (!model.get("kinds").includes(value)) continue;
    const radio = element("input", {
      type: "radio", name: `${prefix}-kind`, value, checked: value === kind, id: `${prefix}-${value}`,
      on: { change: () => { kind = value; if (shown) reread(shown, { kind }); } },
    });
    kinds.append(radio, element("label", { for: radio.id, textContent: words }));
  }

  const samples = element("div", { className: "pml-samples", role: "group", "aria-label": "Samples to try" });
  for (const { name, picture } of model.get("samples")) {
    samples.append(element(
      "button", {
        type: "button", className: "pml-sample", "aria-label": `Try ${name}`, title: name,
        on: { click: async () => take([new File([await (await fetch(picture)).blob()], name, { type: "image/png" })]) },
      },
      element("img", { src: picture, alt: "" }),
    ));
  }

  // --- what is under way, and what went wrong ------------------------------------------------------------------
  const bar = element("progress", { className: "pml-progress", hidden: true, "aria-label": "Reading" });
  const status = element("p", { className: "pml-status", role: "status" });
  const alarm = element("div", { className: "pml-alarm", role: "alert" });

  // --- the answer ------------------------------------------------------------------------------------------------
  const figure = element("p", { className: "pml-figure" });
  const badge = element("span", { className: "pml-badge" });
  const confidence = element("span", { className: "pml-confidence" });
  const reason = element("p", { className: "pml-reason" });
  const note = element("p", { className: "pml-small" });
  const preview = element("canvas", { className: "pml-preview", role: "img" });
  const frame = element("div", { className: "pml-box", hidden: true });
  const stage = element(
    "div", {
      className: "pml-stage", tabIndex: 0, role: "group",
      "aria-label": "Picture. Drag a rectangle around the amount to read only that. With the keyboard: Enter begins a rectangle, arrows move it, Shift and arrows size it, Enter reads it, Escape takes it away.",
    }, preview, frame,
  );
  const whole = element("button", {
    type: "button", className: "pml-button", textContent: "Read the whole picture", hidden: true,
    on: { click: () => reread(shown, { box: null }) },
  });
  const writing = element("canvas", { className: "pml-writing", "aria-hidden": "true" });
  const characters = element("ol", { className: "pml-characters", "aria-label": "Each character with its confidence and what else it could be" });
  const others = element("p", { className: "pml-others" });
  const typed = element("input", {
    type: "text", className: "pml-typed", id: `${prefix}-typed`, autocomplete: "off", spellcheck: false, "aria-describedby": `${prefix}-means`,
    on: {
      input: () => check(),
      // JupyterLab has plans of its own for Enter.
      keydown: (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        event.stopPropagation();
        if (!save.disabled) keep();
      },
    },
  });
  const means = element("p", { className: "pml-means", id: `${prefix}-means`, role: "status" });
  const save = element("button", { type: "submit", className: "pml-button pml-primary", textContent: "Save" });
  const form = element(
    "form", { className: "pml-form", on: { submit: (event) => { event.preventDefault(); keep(); } } },
    element("label", { for: typed.id, textContent: "What does the picture show? Confirm or correct." }),
    element("div", { className: "pml-row" }, typed, save), means,
  );
  const answer = element(
    "section", { className: "pml-answer", hidden: true, "aria-label": "Answer" },
    element("div", { className: "pml-said" }, figure, element("p", { className: "pml-verdict" }, badge, confidence), reason, note),
    element("div", { className: "pml-seen" }, stage, element("div", { className: "pml-row" },
      element("span", { className: "pml-small" }, "Drag a rectangle to read a part of it."), whole)),
    element("div", { className: "pml-spelled" }, writing, characters, others),
    form,
  );

  // --- several pictures ----------------------------------------------------------------------------------------
  const rows = element("tbody");
  const heads = element("tr");
  const table = element(
    "section", { className: "pml-table", hidden: true, "aria-label": "All pictures" },
    element("div", { className: "pml-scroll", tabIndex: 0, role: "region", "aria-label": "Table of all pictures" },
      element("table", {}, element("thead", {}, heads), rows)),
    element("div", { className: "pml-row" },
      element("button", { type: "button", className: "pml-button", textContent: "Download CSV", on: { click: () => download() } })),
  );
  const startOver = element("button", {
    type: "button", className: "pml-button", textContent: "Start over", hidden: true, on: { click: () => forget() },
  });
  const waiting = element("p", { className: "pml-small pml-waiting" });

  const root = element(
    "div", { className: "pml", "data-lm-suppress-shortcuts": "true" },
    model.get("kinds").length > 1 ? kinds : "", drop, drawing, samples, bar, status, alarm, answer, table, startOver, waiting,
  );
  el.replaceChildren(root);
  const setTheme = () => { root.dataset.theme = themeOf(root); };
  requestAnimationFrame(setTheme);
  const themes = new MutationObserver(setTheme);
  themes.observe(document.body, { attributes: true });
  const countWaiting = () => {
    const count = model.get("waiting");
    waiting.textContent = count === 1 ? "1 correction waits for the next retraining." : `${count} corrections wait for the next retraining.`;
  };
  model.on("change:waiting", countWaiting);
  countWaiting();

  // --- reading -------------------------------------------------------------------------------------------------
  let queue = Promise.resolve();
  let asked = 0, done = 0;

  /** Read files one after another; each row appears as soon as it is there. */
  function take(files) {
    if (!files.length) return;
    alarm.replaceChildren();
    asked += files.length;
    for (const each of files) queue = queue.then(() => readNew(each));
    queue = queue.then(() => { if (done === asked) { asked = done = 0; progress(); } });
  }

  async function readNew(blob) {
    progress(blob.name);
    const item = { name: blob.name || "pasted picture", blob, kind, box: null, answer: null, saved: null, thumb: null };
    item.answer = blob.size > model.get("limit")
      ? { refused: `expected at most ${model.get("limit") / 1e6} MB, but ${item.name} has ${(blob.size / 1e6).toFixed(1)} MB; cut out the amount or save it smaller` }
      : await line.ask({ do: "read", name: item.name, kind }, blob);
    done += 1;
    if (item.answer.refused) warn(item.answer.refused);
    else item.thumb = await thumbnail(blob);
    items.push(item);
    list();
    if (!item.answer.refused && (items.length === 1 || asked === 1 || !shown)) await show(item);
  }

  async function reread(item, change) {
    if (!item) return;
    alarm.replaceChildren();
    const next = { kind: item.kind, box: item.box, ...change };
    const said = await line.ask({ do: "read", name: item.name, ...next }, item.blob);
    if (said.refused) return warn(said.refused);
    Object.assign(item, next, { answer: said, saved: null });
    list();
    if (item === shown) await show(item);
  }

  function progress(name) {
    bar.hidden = asked === 0;
    bar.max = Math.max(asked, 1);
    bar.value = done;
    status.textContent = asked === 0 ? "" : asked === 1 ? `Reading ${name}` : `Reading ${done + 1} of ${asked}: ${name}`;
  }

  function warn(words) {
    alarm.append(element("p", {}, element("span", { className: "pml-sign", "aria-hidden": "true", textContent: "!" }), words));
    while (alarm.children.length > 5) alarm.firstChild.remove();
  }

  // --- showing ---------------------------------------------------------------------------------------------------
  async function show(item) {
    shown = item;
    const said = item.answer;
    answer.hidden = false;
    figure.textContent = said.shown || "no amount";
    figure.classList.toggle("pml-none", !said.shown);
    const fine = said.decision === "accept";
    badge.className = `pml-badge ${fine ? "pml-accept" : "pml-review"}`;
    badge.textContent = fine ? "✓ accept" : "⚠ review";
    confidence.textContent = said.text ? `${sure(said.confidence)} sure` : "";
    reason.textContent = fine ? "" : `A person should look: ${said.reason}.`;
    note.textContent = [items.length > 1 ? item.name : null, said.note].filter(Boolean).join(" - ");
    others.textContent = said.alternatives.length
      ? `It could also be ${said.alternatives.map((each) => `${each.text} (${sure(each.confidence)})`).join(", ")}.` : "";
    typed.value = item.saved ?? said.text;
    means.textContent = "";
    means.className = "pml-means";
    for (const radio of kinds.querySelectorAll("input")) radio.checked = radio.value === item.kind;
    kind = item.kind;
    whole.hidden = !item.box;
    markRow();
    const bitmap = await createImageBitmap(item.blob).catch(() => null);
    if (shown !== item) return bitmap?.close();
    drawPreview(bitmap, item);
    spell(bitmap, said);
    bitmap?.close();
    if (said.text) check();
  }

  function drawPreview(bitmap, item) {
    const { width, height, outline } = item.answer;
    const scale = Math.min(1, PREVIEW / Math.max(width, height));
    preview.width = Math.max(1, Math.round(width * scale));
    preview.height = Math.max(1, Math.round(height * scale));
    stage.style.maxWidth = `min(30rem, ${(22 * width) / height}rem)`; // tall pictures leave room for the answer
    preview.setAttribute("aria-label", `Preview of ${item.name}, ${width} x ${height} pixels${outline.length ? ", the writing that was found is outlined" : ""}`);
    const context = preview.getContext("2d");
    if (bitmap) context.drawImage(bitmap, 0, 0, preview.width, preview.height);
    if (outline.length) {
      const thin = Math.max(2, preview.width / 300);
      for (const [colour, line] of [["#ffffff", 2.2 * thin], ["#0072b2", thin]]) {
        context.beginPath();
        outline.forEach(([x, y]) => context.lineTo(x * scale, y * scale));
        context.closePath();
        Object.assign(context, { strokeStyle: colour, lineWidth: line, lineJoin: "round" });
        context.stroke();
      }
    }
    place(item.box);
  }

  /** The line of writing, and beneath each stroke the character that was read from it. */
  function spell(bitmap, said) {
    characters.replaceChildren();
    writing.hidden = !(bitmap && said.characters.length);
    if (!said.characters.length) return;
    const across = said.outline.map(([x]) => x), down = said.outline.map(([, y]) => y);
    const left = Math.max(0, Math.min(...across)), right = Math.min(said.width, Math.max(...across));
    const top = Math.max(0, Math.min(...down)), bottom = Math.min(said.height, Math.max(...down));
    const wide = Math.max(1, right - left), high = Math.max(1, bottom - top);
    const scale = Math.min(4, 900 / wide);
    writing.width = Math.round(wide * scale);
    writing.height = Math.round(high * scale);
    writing.style.maxHeight = "120px";
    if (bitmap) writing.getContext("2d").drawImage(bitmap, left, top, wide, high, 0, 0, writing.width, writing.height);
    const middles = said.characters.map((each) => Math.min(1, Math.max(0, ((each.left + each.right) / 2 - left) / wide)));
    // As wide as the writing is drawn, so that each stands beneath its strokes.
    const drawn = Math.min(root.querySelector(".pml-spelled").clientWidth, (120 * wide) / high, 560);
    writing.style.width = characters.style.width = `${drawn}px`;
    const room = Math.min(...middles.map((middle, i) => (i ? (middle - middles[i - 1]) * drawn : drawn)));
    characters.style.setProperty("--size", `${Math.max(11, Math.min(26, room))}px`);
    characters.classList.toggle("pml-tight", room < 40);
    said.characters.forEach((each, i) => {
      const rivals = each.alternatives.filter(([, share]) => share >= 0.005);
      const words = [`${each.character}, ${sure(each.confidence)}`, ...rivals.map(([text, share]) => `or ${text}, ${sure(share)}`)].join("; ");
      const cell = element(
        "li", { title: words, className: each.confidence < 0.9 ? "pml-doubt" : "" },
        element("span", { className: "pml-hidden", textContent: words }),
        element("b", { "aria-hidden": "true", textContent: each.character }),
        element("span", { className: "pml-share", "aria-hidden": "true", textContent: short(each.confidence) }),
        ...rivals.map(([text, share]) => element("span", { className: "pml-rival", "aria-hidden": "true", textContent: `${text} ${short(share)}` })),
      );
      cell.style.left = `${100 * middles[i]}%`;
      characters.append(cell);
    });
    characters.style.height = `${Math.max(...[...characters.children].map((each) => each.offsetHeight))}px`;
  }

  // --- a part of the picture -------------------------------------------------------------------------------------
  let drag = null, chosen = null; // box in pixels of the picture

  function place(box) {
    chosen = box;
    frame.hidden = !box;
    if (!box) return;
    const { width, height } = shown.answer;
    const [left, top, right, bottom] = box;
    Object.assign(frame.style, {
      left: percent(left / width, 3), top: percent(top / height, 3),
      width: percent((right - left) / width, 3), height: percent((bottom - top) / height, 3),
    });
  }

  function point(event) {
    const area = preview.getBoundingClientRect();
    const { width, height } = shown.answer;
    const x = (event.clientX - area.left) / area.width, y = (event.clientY - area.top) / area.height;
    return [Math.max(0, Math.min(1, x)) * width, Math.max(0, Math.min(1, y)) * height];
  }

  stage.addEventListener("pointerdown", (event) => {
    if (!shown || event.button) return;
    event.preventDefault();
    stage.focus({ preventScroll: true });
    stage.setPointerCapture(event.pointerId);
    drag = point(event);
  });
  stage.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [x, y] = point(event);
    place([Math.min(x, drag[0]), Math.min(y, drag[1]), Math.max(x, drag[0]), Math.max(y, drag[1])]);
  });
  stage.addEventListener("pointerup", () => {
    if (!drag) return;
    drag = null;
    const { width } = shown.answer;
    // A click is no rectangle.
    if (chosen && chosen !== shown.box && chosen[2] - chosen[0] > 0.01 * width) reread(shown, { box: chosen.map(Math.round) });
    else place(shown.box);
  });
  stage.addEventListener("pointercancel", () => { drag = null; place(shown?.box); });
  stage.addEventListener("keydown", (event) => {
    if (!shown) return;
    const { width, height } = shown.answer;
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key === "Enter") {
      if (chosen && chosen !== shown.box) reread(shown, { box: chosen.map(Math.round) });
      else place([0.25 * width, 0.25 * height, 0.75 * width, 0.75 * height]);
    } else if (event.key === "Escape" && chosen) {
      if (shown.box) reread(shown, { box: null });
      place(null);
    } else if (event.key in steps && chosen) {
      const [x, y] = [steps[event.key][0] * 0.02 * width, steps[event.key][1] * 0.02 * height];
      let [left, top, right, bottom] = chosen;
      if (event.shiftKey) [right, bottom] = [Math.max(left + 4, right + x), Math.max(top + 4, bottom + y)];
      else [left, top, right, bottom] = [left + x, top + y, right + x, bottom + y];
      place([Math.max(0, left), Math.max(0, top), Math.min(width, right), Math.min(height, bottom)]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });

  // --- saving ------------------------------------------------------------------------------------------------------
  let checks = 0;

  async function check() {
    const turn = ++checks;
    if (!typed.value.trim()) return judge({ refused: "" });
    const said = await line.ask({ do: "check", typed: typed.value, kind: shown.kind });
    if (turn === checks) judge(said);
  }

  function judge(said) {
    save.disabled = !said.means;
    typed.setAttribute("aria-invalid", said.refused ? "true" : "false");
    means.className = `pml-means ${said.refused ? "pml-wrong" : ""}`;
    means.textContent = said.means ? `Will be saved as ${said.means}.` : said.refused;
  }

  async function keep() {
    const item = shown, words = typed.value;
    save.disabled = true;
    const said = await line.ask({ do: "save", name: item.name, kind: item.kind, box: item.box, typed: words }, item.blob);
    save.disabled = false;
    if (said.refused) return judge(said);
    item.saved = words;
    means.className = "pml-means pml-done";
    means.textContent = `✓ ${said.said}`;
    list();
  }

  // --- the table -----------------------------------------------------------------------------------------------
  const doubt = (item) => (item.answer.refused ? -1 : item.answer.decision === "accept" ? 1 + item.answer.confidence : item.answer.confidence);
  const columns = [
    ["", null],
    ["Picture", (item) => item.name.toLowerCase()],
    ["Amount", (item) => Number(item.answer.text) || -1],
    ["Sure", (item) => item.answer.confidence ?? -1],
    ["Decision", doubt],
    ["Saved", (item) => item.saved ?? ""],
  ];

  function list() {
    startOver.hidden = items.length === 0;
    table.hidden = items.length < 2 && !items.some((item) => item.answer.refused);
    heads.replaceChildren(...columns.map(([name, key]) => {
      const head = element("th", { scope: "col" });
      if (!key) return element("td");
      const current = order.key === name || (order.key === "doubt" && name === "Decision");
      head.setAttribute("aria-sort", current ? (order.up ? "ascending" : "descending") : "none");
      head.append(element("button", {
        type: "button", className: "pml-head", textContent: `${name}${current ? (order.up ? " ▲" : " ▼") : ""}`,
        on: { click: () => { order = { key: name, up: current ? !order.up : true }; list(); } },
      }));
      return head;
    }));
    const key = order.key === "doubt" ? doubt : columns.find(([name]) => name === order.key)[1];
    const sorted = [...items].sort((one, other) => {
      const [x, y] = [key(one), key(other)];
      return (x < y ? -1 : x > y ? 1 : 0) * (order.up ? 1 : -1);
    });
    rows.replaceChildren(...sorted.map((item) => {
      const said = item.answer;
      const open = said.refused
        ? element("span", { className: "pml-name", textContent: item.name })
        : element("button", { type: "button", className: "pml-link pml-name", textContent: item.name, on: { click: () => { show(item); answer.scrollIntoView({ block: "nearest" }); } } });
      const decision = said.refused ? "⚠ not read" : said.decision === "accept" ? "✓ accept" : "⚠ review";
      item.row = element(
        "tr", {},
        element("td", {}, item.thumb ? element("img", { src: item.thumb, alt: "", className: "pml-thumb" }) : null),
        element("td", {}, open),
        element("td", { className: "pml-number", textContent: said.shown ?? "" }),
        element("td", { className: "pml-number", textContent: said.text ? sure(said.confidence) : "" }),
        element("td", {}, decision, element("span", { className: "pml-why", textContent: said.refused ?? said.reason ?? "" })),
        element("td", { textContent: item.saved ? `✓ ${item.saved}` : "" }),
      );
      return item.row;
    }));
    markRow();
  }

  function markRow() {
    for (const item of items) item.row?.classList.toggle("pml-current", item === shown);
  }

  function forget() {
    items.length = 0;
    shown = null;
    answer.hidden = true;
    alarm.replaceChildren();
    list();
  }

  /** As payment-ml read --format csv, with what was saved behind. A cell that a spreadsheet would compute is quoted. */
  function download() {
    const cell = (value) => {
      const text = String(value ?? "");
      const safe = /^[=+\-@\t\r]/.test(text) && !/^-?[\d.,]+$/.test(text) ? `'${text}` : text;
      return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    const lines = [["file", "text", "digits", "confidence", "decision", "reason", "saved"]];
    for (const { name, answer: said, saved } of items) {
      lines.push([name, said.text, said.digits, said.text ? said.confidence.toFixed(4) : "", said.decision ?? "review", said.refused ?? said.reason, saved]);
    }
    const blob = new Blob([lines.map((each) => each.map(cell).join(",")).join("\n") + "\n"], { type: "text/csv" });
    const link = element("a", { href: URL.createObjectURL(blob), download: "amounts.csv" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  async function thumbnail(blob) {
    const bitmap = await createImageBitmap(blob, { resizeHeight: 72, resizeQuality: "medium" }).catch(() => null);
    if (!bitmap) return null;
    const small = element("canvas", { width: bitmap.width, height: bitmap.height });
    small.getContext("2d").drawImage(bitmap, 0, 0);
    bitmap.close();
    return small.toDataURL("image/jpeg", 0.8);
  }

  // --- drop, paste, draw ---------------------------------------------------------------------------------------
  root.addEventListener("dragover", (event) => { event.preventDefault(); event.stopPropagation(); drop.classList.add("pml-over"); });
  root.addEventListener("dragleave", (event) => { if (!root.contains(event.relatedTarget)) drop.classList.remove("pml-over"); });
  root.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    drop.classList.remove("pml-over");
    take([...event.dataTransfer.files]);
  });
  const paste = (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || !root.isConnected || !root.offsetParent) return;
    event.preventDefault();
    event.stopPropagation();
    take(files);
  };
  document.addEventListener("paste", paste, true);

  const pen = ink.getContext("2d", { willReadFrequently: true });
  let stroke = null, marked = false, pause = null;

  function wipe() {
    clearTimeout(pause);
    marked = false;
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, ink.width, ink.height);
    Object.assign(pen, { lineWidth: PEN, lineCap: "round", lineJoin: "round", strokeStyle: "#1b2a4a", fillStyle: "#1b2a4a" });
  }

  function toggleDrawing() {
    drawing.hidden = !drawing.hidden;
    drawInstead.setAttribute("aria-expanded", String(!drawing.hidden));
    if (!drawing.hidden) wipe();
  }

  const spot = (event) => {
    const area = ink.getBoundingClientRect();
    return [((event.clientX - area.left) / area.width) * ink.width, ((event.clientY - area.top) / area.height) * ink.height];
  };
  ink.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    ink.setPointerCapture(event.pointerId);
    clearTimeout(pause);
    stroke = spot(event);
    marked = true;
    pen.beginPath();
    pen.arc(...stroke, PEN / 2, 0, 2 * Math.PI);
    pen.fill();
  });
  ink.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) {
      const next = spot(each);
      pen.beginPath();
      pen.moveTo(...stroke);
      pen.lineTo(...next);
      pen.stroke();
      stroke = next;
    }
  });
  const lift = () => {
    stroke = null;
    clearTimeout(pause);
    if (marked) pause = setTimeout(readDrawing, IDLE);
  };
  ink.addEventListener("pointerup", lift);
  ink.addEventListener("pointercancel", lift);

  /** A drawing that goes on is the same picture, not another one. */
  async function readDrawing() {
    const blob = await new Promise((resolve) => ink.toBlob(resolve, "image/png"));
    const before = items.findIndex((item) => item.drawn);
    if (before >= 0) items.splice(before, 1);
    take([new File([blob], "drawing.png", { type: "image/png" })]);
    await queue;
    const item = items.find((each) => each.name === "drawing.png" && !each.drawn);
    if (item) { item.drawn = true; await show(item); }
  }

  return () => {
    line.close();
    themes.disconnect();
    model.off("change:waiting", countWaiting);
    document.removeEventListener("paste", paste, true);
  };
}

export default { render };
