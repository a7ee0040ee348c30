import { createElement } from "./elements.js";

const MARGIN = 15; // rows beyond the visible ones, so that scrolling shows no gap
const USUAL_HEIGHT = 58; // pixels of a row, until one was measured

/**
 * Show only those rows of a long table that can be seen, so that thousands take no longer than a screenful.
 *
 * `scroll` is the element that scrolls, `body` the table's body. `update(items)` lists items, for each of which
 * `createRow(item)` returns a row of the same height, and `signatureOf(item)` a text that changes with it; `reveal(item)`
 * scrolls to one.
 */
export function createWindowedRows({ scroll, body, createRow, signatureOf }) {
  let items = [], height = USUAL_HEIGHT, frame = null;
  const known = new Map(); // from an item to the signature of its row, and the row

  /** Return the row of an item, the same as before where nothing in it has changed. */
  const rowOf = (item, index) => {
    const signature = `${index} ${signatureOf(item)}`;
    if (known.get(item)?.signature !== signature) {
      const row = createRow(item);
      row.setAttribute("aria-rowindex", index + 2); // the header is the first
      known.set(item, { signature, row });
    }
    return known.get(item).row;
  };
  const createSpace = (rows) => createElement(
    "tr", { className: "pml-space", "aria-hidden": "true" }, createElement("td", { colSpan: 6, style: `height: ${rows * height}px` }),
  );
  const draw = () => {
    cancelAnimationFrame(frame);
    frame = null;
    const visible = Math.ceil((scroll.clientHeight || 600) / height);
    const begin = Math.max(0, Math.min(Math.floor(scroll.scrollTop / height) - MARGIN, items.length - visible - MARGIN));
    const end = Math.min(items.length, begin + visible + 2 * MARGIN);
    const shown = items.slice(begin, end), rows = shown.map((item, i) => rowOf(item, begin + i));
    for (const item of known.keys()) if (!shown.includes(item)) known.delete(item);
    const all = [...(begin ? [createSpace(begin)] : []), ...rows, ...(end < items.length ? [createSpace(items.length - end)] : [])];
    // A row that is taken out, even for a moment, loses the click that has begun on it.
    const isSame = all.length === body.children.length && all.every((row, i) => row === body.children[i]);
    if (!isSame) replaceRows(all);
    const measured = rows.find((row) => row.offsetHeight)?.offsetHeight;
    if (measured) height = measured;
  };
  const replaceRows = (rows) => {
    const focused = body.contains(document.activeElement) ? document.activeElement.textContent : null;
    body.replaceChildren(...rows);
    if (focused) [...body.querySelectorAll("button")].find(({ textContent }) => textContent === focused)?.focus();
  };
  const schedule = () => { frame ??= requestAnimationFrame(draw); };
  scroll.addEventListener("scroll", schedule);

  /** List items; at once where a person waits for it. */
  const update = (all, atOnce) => {
    items = all;
    if (atOnce) draw();
    else schedule();
  };
  const reveal = (item) => {
    const index = items.indexOf(item);
    schedule();
    if (index < 0) return;
    const top = index * height, bottom = top + 2 * height; // the header stands above
    if (top < scroll.scrollTop) scroll.scrollTop = top;
    else if (bottom > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = bottom - scroll.clientHeight;
  };
  return { update, reveal, destroy: () => cancelAnimationFrame(frame) };
}
