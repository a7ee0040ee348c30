import { createElement, createRow } from "./elements.js";

/**
 * Create the form in which a person confirms or corrects what was read.
 *
 * `check(item, text)` and `save(item, text)` ask the kernel; `onSaved` is called after a text was saved.
 */
export function createCorrectionForm({ prefix, check, save, onSaved }) {
  let item = null, checks = 0;

  const judge = ({ means, refused }) => {
    button.disabled = !means;
    input.setAttribute("aria-invalid", refused ? "true" : "false");
    message.className = `pml-means ${refused ? "pml-invalid" : ""}`;
    message.textContent = means ? `Will be saved as ${means}.` : refused;
  };
  const checkTyped = async () => {
    const number = ++checks;
    if (!input.value.trim()) return judge({ refused: "" });
    const answer = await check(item, input.value);
    if (number === checks) judge(answer); // otherwise more was typed meanwhile
  };
  const submit = async () => {
    const saved = item, text = input.value;
    button.disabled = true;
    const answer = await save(saved, text);
    button.disabled = false;
    if (answer.refused) return judge(answer);
    saved.saved = text;
    message.className = "pml-means pml-done";
    message.textContent = `✓ ${answer.said}`;
    onSaved();
  };

  const input = createElement("input", {
    type: "text", className: "pml-typed", id: `${prefix}-typed`, autocomplete: "off", spellcheck: false,
    "aria-describedby": `${prefix}-means`,
    on: {
      input: checkTyped,
      keydown: (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        event.stopPropagation(); // JupyterLab has shortcuts with Enter
        if (!button.disabled) submit();
      },
    },
  });
  const message = createElement("p", { className: "pml-means", id: `${prefix}-means`, role: "status" });
  const button = createElement("button", {
    type: "submit", className: "pml-button pml-primary", textContent: "Save",
  });
  const element = createElement(
    "form", { className: "pml-form", on: { submit: (event) => { event.preventDefault(); submit(); } } },
    createElement("label", { for: input.id, textContent: "What does the picture show? Confirm or correct." }),
    createRow(input, button), message,
  );

  const update = (shown) => {
    item = shown;
    checks += 1; // an answer that is under way belongs to another item
    input.value = item.saved ?? item.answer.text;
    message.textContent = "";
    message.className = "pml-means";
    if (item.answer.text) checkTyped();
  };
  return { element, update, destroy: () => element.remove() };
}
