const MIN_WIDTH = 0.01; // share of the image's width; anything narrower is a click
const STEP = 0.02; // share of the image's side that an arrow key moves by
const MIN_SIDE = 4; // pixels of a box that is sized with the keyboard
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Return the box between two corners. */
function boxBetween([x, y], [otherX, otherY]) {
  return [Math.min(x, otherX), Math.min(y, otherY), Math.max(x, otherX), Math.max(y, otherY)];
}

/** Move a box by an arrow key, or with `resize` its right and bottom edge; it stays within the image. */
function stepBox([left, top, right, bottom], arrow, resize, { width, height }) {
  const [x, y] = [arrow[0] * STEP * width, arrow[1] * STEP * height];
  if (resize) [right, bottom] = [Math.max(left + MIN_SIDE, right + x), Math.max(top + MIN_SIDE, bottom + y)];
  else [left, top, right, bottom] = [left + x, top + y, right + x, bottom + y];
  return [Math.max(0, left), Math.max(0, top), Math.min(width, right), Math.min(height, bottom)];
}

/** Return a box of which some edges, such as "nw", are moved to a point. */
function moveEdges([left, top, right, bottom], edges, [x, y]) {
  const corners = [[edges.includes("w") ? x : left, edges.includes("n") ? y : top]];
  corners.push([edges.includes("e") ? x : right, edges.includes("s") ? y : bottom]);
  return boxBetween(...corners);
}

/** Let a person drag a box on `stage` with mouse, pen or finger, or one of its handles. `selection` as in `listenForBoxes`. */
function listenForDrags(stage, selection) {
  let drag = null; // returns the box for a point, while a drag lasts
  stage.addEventListener("pointerdown", (event) => {
    if (!selection.size() || event.button || !event.isPrimary) return;
    event.preventDefault();
    stage.focus({ preventScroll: true });
    stage.setPointerCapture(event.pointerId);
    const { edges } = event.target.dataset, box = selection.placed(), start = selection.point(event);
    drag = edges ? (point) => moveEdges(box, edges, point) : (point) => boxBetween(start, point);
  });
  stage.addEventListener("pointermove", (event) => {
    if (drag && event.isPrimary && !selection.isBusy()) selection.place(drag(selection.point(event)));
  });
  stage.addEventListener("pointerup", (event) => {
    if (!drag || !event.isPrimary) return;
    drag = null;
    const box = selection.pending();
    const isBox = box && box[2] - box[0] > MIN_WIDTH * selection.size().width;
    if (isBox && !selection.isBusy()) return selection.choose(box);
    selection.reset();
    if (!event.target.dataset.edges && !selection.isBusy()) selection.click(selection.point(event));
  });
  stage.addEventListener("pointercancel", () => {
    drag = null;
    selection.reset();
  });
}

/** Let a person make, move and size a box with the keyboard. `selection` as in `listenForBoxes`. */
function listenForKeys(stage, selection) {
  stage.addEventListener("keydown", (event) => {
    const size = selection.size();
    if (!size) return;
    const { width, height } = size;
    if (event.key === "Enter") {
      if (selection.pending()) selection.choose(selection.pending());
      else selection.place([0.25 * width, 0.25 * height, 0.75 * width, 0.75 * height]);
    } else if (event.key === "Escape" && selection.placed()) {
      selection.clear();
    } else if (event.key in ARROWS && selection.placed()) {
      selection.place(stepBox(selection.placed(), ARROWS[event.key], event.shiftKey, size));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

/**
 * Let a person select a box on `stage`.
 *
 * `selection` has `size()`: width and height of the image, null without one; `point(event)`: the pointer's place in
 * pixels of the image; `isBusy()`: whether the pointers do something else, as zoom; `placed()`: the box on the stage; `pending()`: the same where it has not been read yet;
 * `place(box)`, `choose(box)` to read it, `reset()` to the box that was read, `click(point)` where nothing was dragged,
 * and `clear()`. A box is left, top, right and bottom in pixels of the image, or null.
 */
export function listenForBoxes(stage, selection) {
  listenForDrags(stage, selection);
  listenForKeys(stage, selection);
}
