import { downloadCsv } from "./csv.js";
import { createButton, createElement, createRow } from "./elements.js";
import { createFilter } from "./filter.js";
import { formatConfidence } from "./format.js";
import { statusOf } from "./item_status.js";

/** Return the sort key of the column Decision: the most doubtful items come first, and those that are done last. */
function decisionKey({ answer, saved }) {
  if (answer.refused) return -1;
  if (saved !== null) return 3;
  return answer.decision === "accept" ? 1 + answer.confidence : answer.confidence;
}

const COLUMNS = [ // heading, and sort key; a column without one cannot be sorted by
  ["", null],
  ["Picture", (item) => item.name.toLowerCase()],
  ["Amount", (item) => Number(item.answer.text) || -1],
  ["Sure", (item) => item.answer.confidence ?? -1],
  ["Decision", decisionKey],
  ["Saved", (item) => item.saved ?? ""],
];

/** Return the items in the order of a column. */
function sortItems(items, { column, ascending }) {
  const key = COLUMNS.find(([name]) => name === column)[1];
  const compare = (x, y) => (x < y ? -1 : x > y ? 1 : 0) * (ascending ? 1 : -1);
  return [...items].sort((x, y) => compare(key(x), key(y)));
}

/** Create one heading; `onSort` gets the column by which a person wants to sort. */
function createHeading([name, key], { column, ascending }, onSort) {
  if (!key) return createElement("td");
  const current = name === column;
  const arrow = ascending ? " ▲" : " ▼";
  const direction = ascending ? "ascending" : "descending";
  const button = createElement("button", {
    type: "button", className: "pml-head", textContent: `${name}${current ? arrow : ""}`,
    on: { click: () => onSort(name) },
  });
  return createElement("th", { scope: "col", "aria-sort": current ? direction : "none" }, button);
}

/** Return the decision on an item in words, with a sign. */
function describeDecision({ answer: { refused, decision }, saved }) {
  if (refused) return "⚠ not read";
  if (saved !== null) return "✓ checked";
  return decision === "accept" ? "✓ accept" : "⚠ review";
}

/** Create the row of one item; its name opens it, unless it was refused. */
function createTableRow(item, onOpen) {
  const { name, answer, saved, thumbnail } = item;
  const className = "pml-name";
  const link = answer.refused
    ? createElement("span", { className, textContent: name })
    : createButton(name, () => onOpen(item), { className: `pml-link ${className}` });
  const image = thumbnail && createElement("img", { src: thumbnail, alt: "", className: "pml-thumb" });
  const confidence = answer.text ? formatConfidence(answer.confidence) : "";
  const open = saved === null ? answer.refused ?? answer.reason : null;
  const reason = createElement("span", { className: "pml-why", textContent: open ?? "" });
  return createElement(
    "tr", {},
    createElement("td", {}, image),
    createElement("td", {}, link),
    createElement("td", { className: "pml-number", textContent: answer.shown ?? "" }),
    createElement("td", { className: "pml-number", textContent: confidence }),
    createElement("td", {}, describeDecision(item), reason),
    createElement("td", { textContent: saved ? `✓ ${saved}` : "" }),
  );
}

/**
 * Create the table of all items, and the button that downloads them; `onOpen` gets the item that a person chose.
 *
 * `update(items)` lists them; `mark(item)` marks the one whose answer is shown. The table appears with the second item,
 * or with the first one that was refused. `neighbour(item, step)` and `nextOpen(item)` find items in the order shown.
 */
export function createTable({ prefix, onOpen }) {
  let items = [], current = null, listed = [];
  let order = { column: "Decision", ascending: true };
  const rows = new Map(); // from an item to its row
  const filter = createFilter({ prefix, onChange: () => update(items) });
  const headings = createElement("tr");
  const body = createElement("tbody");
  const scroll = createElement(
    "div", { className: "pml-scroll", tabIndex: 0, role: "region", "aria-label": "Table of all pictures" },
    createElement("table", {}, createElement("thead", {}, headings), body),
  );
  const element = createElement(
    "section", { className: "pml-table", hidden: true, "aria-label": "All pictures" },
    filter.element, scroll, createRow(createButton("Download CSV", () => downloadCsv(items))),
  );

  const sort = (column) => {
    order = { column, ascending: column === order.column ? !order.ascending : true };
    update(items);
  };
  const mark = (item) => {
    current = item;
    for (const [shown, row] of rows) row.classList.toggle("pml-current", shown === current);
    rows.get(current)?.scrollIntoView({ block: "nearest" });
  };
  const update = (all) => {
    items = all;
    element.hidden = items.length < 2 && !items.some((item) => item.answer.refused);
    filter.update(items);
    headings.replaceChildren(...COLUMNS.map((column) => createHeading(column, order, sort)));
    listed = sortItems(items, order).filter((item) => filter.accepts(statusOf(item)));
    rows.clear();
    for (const item of listed) rows.set(item, createTableRow(item, onOpen));
    body.replaceChildren(...rows.values());
    mark(current);
  };
  const readable = (item) => !item.answer.refused;
  const neighbour = (item, step) => {
    const among = listed.filter(readable);
    return among[Math.min(among.length - 1, Math.max(0, among.indexOf(item) + step))] ?? null;
  };
  const nextOpen = (item) => {
    const place = listed.indexOf(item);
    const isOpen = (other) => other !== item && statusOf(other) === "open";
    return listed.slice(place + 1).find(isOpen) ?? listed.find(isOpen) ?? items.find(isOpen) ?? null;
  };
  return { element, update, mark, neighbour, nextOpen, destroy: () => element.remove() };
}
