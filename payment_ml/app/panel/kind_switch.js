import { createRadioGroup } from "./elements.js";

const LABELS = [["amount", "Whole amount"], ["digit", "One digit"], ["document", "Whole document"]];

/**
 * Create the switch between the kinds of image that can be read, at first on `kind`; `onChange` gets the kind that a
 * person chose.
 */
export function createKindSwitch({ kinds, kind, prefix, onChange }) {
  const { element, radios } = createRadioGroup({
    name: `${prefix}-kind`, legend: "What the pictures hold",
    options: LABELS.filter(([kind]) => kinds.includes(kind)), onChange,
  });
  const update = (current) => { for (const [value, radio] of radios) radio.checked = value === current; };
  update(kind);
  return { element, update, destroy: () => element.remove() };
}
