import { createElement } from "./elements.js";

const FORM_KEY = "payment-ml.profile"; // in the browser's storage, which keeps the choice of a person

/** Return what a person chose before on this computer; null when nothing, or where the browser stores nothing. */
function recallForm(profiles) {
  try {
    const name = localStorage.getItem(FORM_KEY);
    return profiles.includes(name) ? name : null;
  } catch {
    return null;
  }
}

function rememberForm(name) {
  try { localStorage.setItem(FORM_KEY, name); } catch { /* the choice then lasts as long as the page */ }
}

/**
 * Create the choice of the kind of form on which the amounts stand; "" is any form.
 *
 * `chosen` is the operator's choice, which holds where a person has made none. `onChange` gets the name that a person
 * chose.
 */
export function createFormChoice({ profiles, chosen, prefix, onChange }) {
  const value = recallForm(profiles) ?? chosen;
  const options = profiles.map((name) => createElement("option", {
    value: name, textContent: name ? name.replaceAll("-", " ") : "any form", selected: name === value,
  }));
  const select = createElement("select", {
    id: `${prefix}-form`, className: "pml-select",
    on: { change: () => { rememberForm(select.value); onChange(select.value); } },
  }, ...options);
  const label = createElement("label", { for: select.id, textContent: "Kind of form" });
  const element = createElement("div", { className: "pml-row pml-form-choice" }, label, select);
  return { element, get value() { return select.value; }, destroy: () => element.remove() };
}
