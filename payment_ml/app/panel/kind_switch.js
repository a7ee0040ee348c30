import { createRadioGroup } from "./elements.js";

const LABELS = [["amount", "Whole amount"], ["digit", "One digit"]];

/** Create the switch between the kinds of image that can be read; `onChange` gets the kind that a person chose. */
export function createKindSwitch({ kinds, prefix, onChange }) {
  const { element, radios } = createRadioGroup({
    name: `${prefix}-kind`, legend: "What the pictures hold",
    options: LABELS.filter(([kind]) => kinds.includes(kind)), onChange,
  });
  const update = (kind) => { for (const [value, radio] of radios) radio.checked = value === kind; };
  return { element, update, destroy: () => element.remove() };
}
