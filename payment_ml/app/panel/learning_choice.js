import { createElement } from "./elements.js";
import { placeOf } from "./found_amounts.js";

const PICTURE = "Also keep the picture for learning", CUT = "Also keep the amount, cut out, for learning";
const NO_PLACE = "Not kept for learning: first choose or draw the place of this amount";

/**
 * Create the choice whether a confirmed amount is also kept for learning, at first as `keep` says.
 *
 * `update(item, meaning)` says what would be kept; `meaning` is that of the text that a person typed, or null.
 * `placeToKeep(item, amount)` returns the part of the image to keep, as `placeOf` does, and null where nothing is kept.
 */
export function createLearningChoice({ prefix, keep }) {
  const box = createElement("input", { type: "checkbox", id: `${prefix}-learn`, checked: keep });
  const words = createElement("span");
  const element = createElement("label", { className: "pml-learn", for: box.id }, box, words);
  const update = (item, meaning) => {
    const isPlaced = !meaning || placeOf(item, meaning.amount) !== null;
    box.disabled = !isPlaced;
    words.textContent = !isPlaced ? NO_PLACE : item.kind === "document" ? CUT : PICTURE;
  };
  const placeToKeep = (item, amount) => (box.checked ? placeOf(item, amount) : null);
  return { element, update, placeToKeep, destroy: () => element.remove() };
}
