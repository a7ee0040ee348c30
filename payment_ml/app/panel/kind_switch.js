import { createElement } from "./elements.js";

const LABELS = [["amount", "Whole amount"], ["digit", "One digit"]];

/** Create the switch between the kinds of image that can be read; `onChange` gets the kind that a person chose. */
export function createKindSwitch({ kinds, prefix, onChange }) {
  const element = createElement(
    "fieldset", { className: "pml-kinds" },
    createElement("legend", { className: "pml-hidden" }, "What the pictures hold"),
  );
  const radios = [];
  for (const [value, label] of LABELS.filter(([name]) => kinds.includes(name))) {
    const radio = createElement("input", {
      type: "radio", name: `${prefix}-kind`, value, checked: value === kinds[0], id: `${prefix}-${value}`,
      on: { change: () => onChange(value) },
    });
    radios.push(radio);
    element.append(radio, createElement("label", { for: radio.id, textContent: label }));
  }
  const update = (kind) => { for (const radio of radios) radio.checked = radio.value === kind; };
  return { element, update, destroy: () => element.remove() };
}
