const MAX_ZOOM = 12;
const ZOOM_STEP = 1.25; // by a key or a notch of the wheel

/** Keep a number between two limits. */
function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

/** Return the middle of two pointers in pixels of the window, and their distance. */
function spanOf([first, second]) {
  return {
    x: (first.clientX + second.clientX) / 2, y: (first.clientY + second.clientY) / 2,
    distance: Math.hypot(first.clientX - second.clientX, first.clientY - second.clientY),
  };
}

/**
 * Let a person zoom what lies on `film` within `stage`: by wheel, by pinching, and with the keys +, - and 0.
 *
 * `isPinching()` tells whether two fingers zoom at the moment; `reset()` shows everything again.
 */
export function createZoom({ stage, film }) {
  let scale = 1, x = 0, y = 0; // of the film, in pixels of the stage
  const pointers = new Map();
  let pinched = null;

  const place = (newScale, newX, newY) => {
    scale = clamp(newScale, 1, MAX_ZOOM);
    x = clamp(newX, stage.clientWidth * (1 - scale), 0);
    y = clamp(newY, stage.clientHeight * (1 - scale), 0);
    film.style.transform = scale === 1 ? "" : `translate(${x}px, ${y}px) scale(${scale})`;
    stage.classList.toggle("pml-zoomed", scale > 1);
  };
  /** Zoom by a factor around a place in pixels of the window; what is there stays there. */
  const zoomAt = (factor, clientX, clientY, [movedX, movedY] = [0, 0]) => {
    const area = stage.getBoundingClientRect();
    const [px, py] = [clientX - area.left, clientY - area.top];
    const actual = clamp(scale * factor, 1, MAX_ZOOM) / scale;
    place(scale * factor, px - (px - x) * actual + movedX, py - (py - y) * actual + movedY);
  };
  const zoomMiddle = (factor) => {
    const { left, top, width, height } = stage.getBoundingClientRect();
    zoomAt(factor, left + width / 2, top + height / 2);
  };
  const reset = () => place(1, 0, 0);

  stage.addEventListener("wheel", (event) => {
    const factor = event.deltaY < 0 ? ZOOM_STEP : 1 / ZOOM_STEP;
    if (scale === 1 && factor < 1) return; // the page scrolls
    event.preventDefault();
    zoomAt(factor, event.clientX, event.clientY);
  }, { passive: false });
  stage.addEventListener("pointerdown", (event) => {
    pointers.set(event.pointerId, event);
    pinched = pointers.size === 2 ? spanOf([...pointers.values()]) : null;
  });
  stage.addEventListener("pointermove", (event) => {
    if (!pointers.has(event.pointerId)) return;
    pointers.set(event.pointerId, event);
    if (!pinched) return;
    const span = spanOf([...pointers.values()]);
    zoomAt(span.distance / pinched.distance, span.x, span.y, [span.x - pinched.x, span.y - pinched.y]);
    pinched = span;
  });
  for (const name of ["pointerup", "pointercancel"]) {
    stage.addEventListener(name, (event) => {
      pointers.delete(event.pointerId);
      if (!pointers.size) pinched = null;
    });
  }
  stage.addEventListener("keydown", (event) => {
    const action = { "+": () => zoomMiddle(ZOOM_STEP), "=": () => zoomMiddle(ZOOM_STEP), "-": () => zoomMiddle(1 / ZOOM_STEP), 0: reset }[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  });
  return { reset, zoom: zoomMiddle, isPinching: () => pinched !== null };
}
