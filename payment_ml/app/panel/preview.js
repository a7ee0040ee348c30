import { listenForBoxes } from "./box_selection.js";
import { createButton, createElement, createHint, createRow } from "./elements.js";
import { foundAmounts } from "./found_amounts.js";
import { createPlaceMarks, layOver } from "./place_marks.js";
import { createZoom } from "./zoom.js";

const MAX_PREVIEW_SIDE = 1400; // pixels
const STAGE_LABEL = "Picture. Drag a rectangle around the amount to read only that. With the keyboard: Enter begins a "
  + "rectangle, arrows move it, Shift and arrows size it, Enter reads it, Escape takes it away; + and - zoom, 0 shows all.";
const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"]; // the edges that each one moves
const MAX_PREVIEW_HEIGHT = 22; // rem of a picture that is not zoomed; a tall one leaves room for the answer

/** Draw the outline of the writing, light and dark, so that it shows on every image. */
function drawOutline(context, outline, scale) {
  const thin = Math.max(2, context.canvas.width / 300);
  for (const [strokeStyle, lineWidth] of [["#ffffff", 2.2 * thin], ["#0072b2", thin]]) {
    context.beginPath();
    outline.forEach(([x, y]) => context.lineTo(x * scale, y * scale));
    context.closePath();
    Object.assign(context, { strokeStyle, lineWidth, lineJoin: "round" });
    context.stroke();
  }
}

/**
 * Draw an image with the outline of its writing; `bitmap` is null where the browser cannot decode it.
 *
 * The amounts of a document have marks instead.
 */
function drawImage(canvas, bitmap, item) {
  const { name, answer: { width, height, outline } } = item, found = foundAmounts(item).length;
  const scale = Math.min(1, MAX_PREVIEW_SIDE / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const outlined = found ? `, the ${found} amounts that were found are marked`
    : outline.length ? ", the writing that was found is outlined" : "";
  canvas.setAttribute("aria-label", `Preview of ${name}, ${width} x ${height} pixels${outlined}`);
  const context = canvas.getContext("2d");
  if (bitmap) context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  if (outline.length && !found) drawOutline(context, outline, scale);
}

/** Show a box, in pixels of the image, as a frame; null hides it. */
function placeFrame(frame, box, size) {
  frame.hidden = !box;
  if (box) layOver(frame, box, size);
}

/** Return the place of a pointer event in pixels of the image that fills `canvas`. */
function imagePoint(canvas, event, { width, height }) {
  const area = canvas.getBoundingClientRect();
  const x = (event.clientX - area.left) / area.width, y = (event.clientY - area.top) / area.height;
  return [Math.max(0, Math.min(1, x)) * width, Math.max(0, Math.min(1, y)) * height];
}

/**
 * Create the preview of an image, with a box for reading only a part of it.
 *
 * `onSelect` gets the item that is shown and the box to read, in whole pixels of the image; null is the whole image.
 * `onFound` gets the index of the amount on a document that a person clicked; `onForm` gets the item whose box is to be
 * a form's, where `isFormOffered(item)`; `onSameBox` gets the item whose box is to be used for all pictures of its size;
 * `countSameSize(item)` counts them.
 */
export function createPreview({ onSelect, onFound, onForm, isFormOffered, onSameBox, countSameSize }) {
  let item = null, placed = null;
  const canvas = createElement("canvas", { className: "pml-preview", role: "img" });
  const handles = HANDLES.map((edges) => createElement("i", { className: `pml-handle pml-${edges}`, "data-edges": edges }));
  const frame = createElement("div", { className: "pml-box", hidden: true }, ...handles);
  const marks = createPlaceMarks();
  const film = createElement("div", { className: "pml-film" }, canvas, marks.element, frame);
  const stage = createElement(
    "div", { className: "pml-stage", tabIndex: 0, role: "group", "aria-label": STAGE_LABEL }, film,
  );
  const zoom = createZoom({ stage, film });
  const whole = createButton("Read the whole picture", () => onSelect(item, null), { hidden: true });
  const same = createButton("", () => onSameBox(item), { hidden: true });
  const form = createButton("Save the rectangle as a form", () => onForm(item), { hidden: true });
  const hint = createHint("Drag a rectangle to read a part; wheel, pinch or + and − zoom.");
  const element = createElement("div", { className: "pml-shown" }, stage, createRow(hint, whole, same, form));

  const place = (box) => {
    placed = box;
    placeFrame(frame, box, item.answer);
  };
  listenForBoxes(stage, {
    size: () => item?.answer,
    isBusy: zoom.isPinching,
    point: (event) => imagePoint(canvas, event, item.answer),
    placed: () => placed,
    pending: () => (placed === item.box ? null : placed),
    place,
    choose: (box) => onSelect(item, box.map(Math.round)),
    reset: () => { if (item) place(item.box); },
    click: (point) => { if (marks.at(point) >= 0) onFound(marks.at(point)); },
    clear: () => {
      if (item.box) onSelect(item, null);
      place(null);
    },
  });

  const update = (shown, bitmap) => {
    if (shown !== item) zoom.reset();
    item = shown;
    const { width, height } = item.answer, others = item.box ? countSameSize(item) : 0;
    whole.hidden = !item.box;
    same.hidden = !others;
    form.hidden = !isFormOffered(item);
    same.textContent = `Same rectangle for ${others === 1 ? "the other picture" : `all ${others} others`} of this size`;
    stage.style.maxWidth = `${(MAX_PREVIEW_HEIGHT * width) / height}rem`;
    drawImage(canvas, bitmap, item);
    marks.update(item);
    place(item.box);
  };
  return { element, update, destroy: () => element.remove() };
}
