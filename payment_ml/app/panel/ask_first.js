import { createButton, createElement } from "./elements.js";

/**
 * Create a button that asks before it does something that is hard to take back.
 *
 * `question()` returns what to ask, or null where nothing needs to be asked; `yes` is the word of the button that then
 * does it.
 */
export function createAskingButton({ label, question, yes, onYes }) {
  const button = createButton(label, () => {
    const asked = question();
    if (asked === null) return onYes();
    text.textContent = asked;
    close(false);
    agree.focus();
  });
  const text = createElement("span");
  const close = (closed) => {
    button.hidden = !closed;
    asking.hidden = closed;
  };
  const agree = createButton(yes, () => { close(true); onYes(); }, { className: "pml-button pml-primary" });
  const cancel = createButton("Cancel", () => { close(true); button.focus(); });
  const asking = createElement("span", { className: "pml-row", role: "group", hidden: true }, text, agree, cancel);
  const element = createElement("span", { className: "pml-asking" }, button, asking);
  const setLabel = (words) => { button.textContent = words; };
  return { element, setLabel, reset: () => close(true), destroy: () => element.remove() };
}
