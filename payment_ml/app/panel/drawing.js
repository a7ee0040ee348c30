import { createButton, createElement, createHint, createRow } from "./elements.js";

const PEN_WIDTH = 14; // pixels of the canvas
const PEN_COLOUR = "#1b2a4a";
const READING_DELAY = 700; // milliseconds after the last stroke until a drawing is read

/** Return the place of a pointer event in pixels of the canvas. */
function canvasPoint(canvas, event) {
  const area = canvas.getBoundingClientRect();
  return [
    ((event.clientX - area.left) / area.width) * canvas.width,
    ((event.clientY - area.top) / area.height) * canvas.height,
  ];
}

/** Paint the canvas white and take up the pen. */
function clearCanvas(canvas, pen) {
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  const style = { lineWidth: PEN_WIDTH, lineCap: "round", lineJoin: "round" };
  Object.assign(pen, { ...style, strokeStyle: PEN_COLOUR, fillStyle: PEN_COLOUR });
}

/** Draw strokes where the pointer goes; call `onStart` when it touches the canvas and `onEnd` when it is lifted. */
function listenForStrokes(canvas, pen, { onStart, onEnd }) {
  let last = null; // the pointer's last place, while it is down
  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    onStart();
    last = canvasPoint(canvas, event);
    pen.beginPath();
    pen.arc(...last, PEN_WIDTH / 2, 0, 2 * Math.PI);
    pen.fill();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    for (const step of event.getCoalescedEvents?.() ?? [event]) {
      const next = canvasPoint(canvas, step);
      pen.beginPath();
      pen.moveTo(...last);
      pen.lineTo(...next);
      pen.stroke();
      last = next;
    }
  });
  const lift = () => {
    last = null;
    onEnd();
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
}

/**
 * Create the area to draw in, and `button`, which opens and closes it.
 *
 * `onDrawing` gets the whole drawing as a PNG Blob each time that the pen rests.
 */
export function createDrawing({ id, onDrawing }) {
  const canvas = createElement("canvas", {
    width: 720, height: 240, className: "pml-ink", role: "img",
    "aria-label": "Drawing area: write an amount with mouse, pen or finger",
  });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  let empty = true, timer = null;

  const send = async () => onDrawing(await new Promise((resolve) => canvas.toBlob(resolve, "image/png")));
  const update = () => {
    clearTimeout(timer);
    empty = true;
    clearCanvas(canvas, pen);
  };
  listenForStrokes(canvas, pen, {
    onStart: () => { clearTimeout(timer); empty = false; },
    onEnd: () => { clearTimeout(timer); if (!empty) timer = setTimeout(send, READING_DELAY); },
  });

  const element = createElement(
    "div", { className: "pml-draw", id, hidden: true },
    canvas, createRow(createButton("Clear", update), createHint("It is read when you pause.")),
  );
  const button = createButton("Draw", () => {
    element.hidden = !element.hidden;
    button.setAttribute("aria-expanded", String(!element.hidden));
    if (!element.hidden) update();
  }, { "aria-expanded": "false", "aria-controls": id });
  return { element, button, update, destroy: () => clearTimeout(timer) };
}
