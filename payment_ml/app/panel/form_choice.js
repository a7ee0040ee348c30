import { createElement } from "./elements.js";

const KEY = "payment-ml.profile"; // in the browser's storage, which keeps the choice of a person

/** Return what a person chose before on this computer; null when nothing, or where the browser stores nothing. */
function recall(profiles) {
  try {
    const name = localStorage.getItem(KEY);
    return profiles.includes(name) ? name : null;
  } catch {
    return null;
  }
}

function remember(name) {
  try { localStorage.setItem(KEY, name); } catch { /* the choice then lasts as long as the page */ }
}

/**
 * Create the choice of the kind of form on which the amounts stand; "" is any form.
 *
 * `chosen` is the operator's choice, which holds where a person has made none. `onChange` gets the name that a person
 * chose.
 */
export function createFormChoice({ profiles, chosen, prefix, onChange }) {
  const value = recall(profiles) ?? chosen;
  const options = profiles.map((name) => createElement("option", {
    value: name, textContent: name ? name.replaceAll("-", " ") : "any form", selected: name === value,
  }));
  const select = createElement("select", {
    id: `${prefix}-form`, className: "pml-select",
    on: { change: () => { remember(select.value); onChange(select.value); } },
  }, ...options);
  const label = createElement("label", { for: select.id, textContent: "Kind of form" });
  const element = createElement("div", { className: "pml-row pml-form-choice" }, label, select);
  return { element, get value() { return select.value; }, destroy: () => element.remove() };
}
