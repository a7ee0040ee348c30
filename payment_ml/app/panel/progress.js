import { createElement } from "./elements.js";

const MAX_WARNINGS = 5;

/** Create the progress bar. */
export function createProgressBar() {
  const element = createElement("progress", { className: "pml-progress", hidden: true, "aria-label": "Reading" });
  const update = ({ total, done }) => {
    element.hidden = total === 0;
    element.max = Math.max(total, 1);
    element.value = done;
  };
  return { element, update, destroy: () => element.remove() };
}

/** Create the line that names the file being read. */
export function createStatus() {
  const element = createElement("p", { className: "pml-status", role: "status" });
  const update = ({ total, done, name }) => {
    if (total === 0) element.textContent = "";
    else element.textContent = total === 1 ? `Reading ${name}` : `Reading ${done + 1} of ${total}: ${name}`;
  };
  return { element, update, destroy: () => element.remove() };
}

/** Create the list of warnings; `update` adds one, and without a text removes them all. */
export function createWarnings() {
  const element = createElement("div", { className: "pml-alarm", role: "alert" });
  const update = (text) => {
    if (text === undefined) return element.replaceChildren();
    const sign = createElement("span", { className: "pml-sign", "aria-hidden": "true", textContent: "!" });
    element.append(createElement("p", {}, sign, text));
    while (element.children.length > MAX_WARNINGS) element.firstChild.remove();
  };
  return { element, update, destroy: () => element.remove() };
}

/** Create the line that counts the saved corrections, which the kernel keeps up to date. */
export function createWaitingCount(model) {
  const element = createElement("p", { className: "pml-small pml-waiting" });
  const update = () => {
    const count = model.get("waiting");
    element.textContent = count === 1
      ? "1 correction waits for the next retraining." : `${count} corrections wait for the next retraining.`;
  };
  model.on("change:waiting", update);
  update();
  return { element, update, destroy: () => model.off("change:waiting", update) };
}
