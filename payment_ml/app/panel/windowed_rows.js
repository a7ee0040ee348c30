import { createElement } from "./elements.js";

const MARGIN = 15; // rows beyond the visible ones, so that scrolling shows no gap
const USUAL_HEIGHT = 58; // pixels of a row, until one was measured

/**
 * Show only those rows of a long table that can be seen, so that thousands take no longer than a screenful.
 *
 * `scroll` is the element that scrolls, `body` the table's body. `update(items)` lists items, for each of which
 * `createRow(item)` returns a row of the same height; `reveal(item)` scrolls to one.
 */
export function createWindowedRows({ scroll, body, createRow }) {
  let items = [], height = USUAL_HEIGHT, frame = null;

  const createSpace = (rows) => rows && createElement(
    "tr", { className: "pml-space", "aria-hidden": "true" }, createElement("td", { colSpan: 6, style: `height: ${rows * height}px` }),
  );
  const draw = () => {
    frame = null;
    const visible = Math.ceil((scroll.clientHeight || 600) / height);
    const begin = Math.max(0, Math.min(Math.floor(scroll.scrollTop / height) - MARGIN, items.length - visible - MARGIN));
    const end = Math.min(items.length, begin + visible + 2 * MARGIN);
    const focused = body.contains(document.activeElement) ? document.activeElement.textContent : null;
    const rows = items.slice(begin, end).map((item, i) => {
      const row = createRow(item);
      row.setAttribute("aria-rowindex", begin + i + 2); // the header is the first
      return row;
    });
    body.replaceChildren(...[createSpace(begin), ...rows, createSpace(items.length - end)].filter(Boolean));
    const measured = rows.find((row) => row.offsetHeight)?.offsetHeight;
    if (measured) height = measured;
    if (focused) [...body.querySelectorAll("button")].find(({ textContent }) => textContent === focused)?.focus();
  };
  const schedule = () => { frame ??= requestAnimationFrame(draw); };
  scroll.addEventListener("scroll", schedule);

  const update = (all) => {
    items = all;
    schedule();
  };
  const reveal = (item) => {
    const index = items.indexOf(item);
    if (index < 0) return;
    const top = index * height, bottom = top + 2 * height; // the header stands above
    if (top < scroll.scrollTop) scroll.scrollTop = top;
    else if (bottom > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = bottom - scroll.clientHeight;
    schedule();
  };
  return { update, reveal, redraw: schedule, destroy: () => cancelAnimationFrame(frame) };
}
