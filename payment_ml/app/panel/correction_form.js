import { createElement, createRow } from "./elements.js";

/**
 * Create the form in which a person confirms or corrects what was read.
 *
 * `check(item, text)` and `save(item, text)` ask the kernel; `onSaved` gets the item and the text that was saved.
 */
export function createCorrectionForm({ prefix, check, save, onSaved }) {
  let item = null, checks = 0, checking = null, proposed = "";

  const judge = ({ means, refused }) => {
    button.disabled = !means;
    input.setAttribute("aria-invalid", refused ? "true" : "false");
    message.className = `pml-means ${refused ? "pml-invalid" : ""}`;
    message.textContent = means ? `Will be saved as ${means}.` : refused;
  };
  const checkTyped = () => { checking = askForCheck(); };
  const askForCheck = async () => {
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
    onSaved(saved, text);
    if (item !== saved) return; // the next one is shown meanwhile
    proposed = text;
    message.className = "pml-means pml-done";
    message.textContent = `✓ ${answer.said}`;
  };
  const submitWhenChecked = async () => {
    await checking;
    if (!button.disabled) submit();
  };

  const input = createElement("input", {
    type: "text", className: "pml-typed", inputMode: "decimal", id: `${prefix}-typed`, autocomplete: "off", spellcheck: false,
    "aria-describedby": `${prefix}-means`,
    on: {
      input: checkTyped,
      keydown: (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        event.stopPropagation(); // JupyterLab has shortcuts with Enter
        submitWhenChecked();
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
    input.value = proposed = item.saved ?? item.answer.text;
    message.textContent = "";
    message.className = "pml-means";
    button.disabled = true;
    if (input.value) checkTyped();
  };
  const take = (text) => {
    input.value = text;
    focus();
    checkTyped();
  };
  const focus = () => {
    input.focus({ preventScroll: true });
    input.select();
  };
  const isChanged = () => input.value !== proposed;
  return { element, update, take, focus, isChanged, destroy: () => element.remove() };
}
