import { createElement } from "./elements.js";
import { foundAmounts } from "./found_amounts.js";
import { formatPercent } from "./format.js";

const LEFT = 0.1; // share of the image's width

/**
 * Create the marks of the amounts that were found on a page, each with the number of its key.
 *
 * `at(point)` returns the index of the one at a place in pixels of the image, or -1.
 */
export function createPlaceMarks() {
  let cuts = []; // larger than the marks, so that a finger meets them
  const element = createElement("div", { className: "pml-places", "aria-hidden": "true" });
  const update = (item) => {
    const amounts = foundAmounts(item), { chosen } = item.answer;
    cuts = amounts.map(({ cut }) => cut);
    element.replaceChildren(...amounts.map(({ place }, i) => {
      const isLeft = place[0] < LEFT * item.answer.width; // its number would stand outside of the picture
      const className = `pml-place ${i === chosen ? "pml-chosen" : ""} ${isLeft ? "pml-left-place" : ""}`;
      const mark = createElement("i", { className }, createElement("b", { textContent: i + 1 }));
      layOver(mark, place, item.answer);
      return mark;
    }));
  };
  const at = ([x, y]) =>
    cuts.findIndex(([left, top, right, bottom]) => x >= left && x <= right && y >= top && y <= bottom);
  return { element, update, at };
}

/** Lay an element over a part of an image; `box` is left, top, right and bottom in pixels of the image. */
export function layOver(element, [left, top, right, bottom], { width, height }) {
  Object.assign(element.style, {
    left: formatPercent(left / width, 3), top: formatPercent(top / height, 3),
    width: formatPercent((right - left) / width, 3), height: formatPercent((bottom - top) / height, 3),
  });
}
