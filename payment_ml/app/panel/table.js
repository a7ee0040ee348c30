import { createAskingButton } from "./ask_first.js";
import { createButton, createElement } from "./elements.js";
import { createFilter } from "./filter.js";
import { formatConfidence } from "./format.js";
import { canConfirmAsRead, statusOf } from "./item_status.js";
import { createWindowedRows } from "./windowed_rows.js";

/** Return the sort key of the column Decision: the most doubtful items come first, and those that are done last. */
function decisionKey({ answer, saved }) {
  if (!answer) return 2.5;
  if (answer.refused) return -1;
  if (saved !== null) return 3;
  return answer.decision === "accept" ? 1 + answer.confidence : answer.confidence;
}

const COLUMNS = [ // heading, and sort key; a column without one cannot be sorted by
  ["", null],
  ["Picture", (item) => item.name.toLowerCase()],
  ["Amount", (item) => Number(item.answer?.text) || -1],
  ["Sure", (item) => item.answer?.confidence ?? -1],
  ["Decision", decisionKey],
  ["Confirmed", (item) => item.saved ?? ""],
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
function describeDecision(item) {
  return { waiting: "… reading", unread: "⚠ not read", saved: "✓ checked", accepted: "✓ accept", open: "⚠ review" }[statusOf(item)];
}

/** Create the row of one item; its name opens it, unless there is no answer. */
function createTableRow(item, isCurrent, onOpen) {
  const { name, saved, thumbnail } = item, answer = item.answer ?? {};
  const className = "pml-name";
  const link = answer.refused || !item.answer
    ? createElement("span", { className, textContent: name, title: name })
    : createButton(name, () => onOpen(item), { className: `pml-link ${className}`, title: name });
  const image = thumbnail && createElement("img", { src: thumbnail, alt: "", className: "pml-thumb" });
  const confidence = answer.value ? formatConfidence(answer.confidence) : "";
  const open = saved === null ? answer.refused ?? answer.doubt ?? "" : "";
  const reason = createElement("span", { className: "pml-why", textContent: open, title: answer.refused ?? answer.reason ?? "" });
  return createElement(
    "tr", { className: isCurrent ? "pml-current" : "" },
    createElement("td", {}, image),
    createElement("td", {}, link),
    createElement("td", { className: "pml-number", textContent: answer.shown ?? "" }),
    createElement("td", { className: "pml-number", textContent: confidence }),
    createElement("td", {}, describeDecision(item), reason),
    createElement("td", { textContent: saved === null ? "" : `✓ ${saved}` }),
  );
}

/** Return a text that changes with what the row of an item shows. */
function rowSignature({ answer, saved, thumbnail }) {
  const { shown, confidence, refused, doubt, decision } = answer ?? {};
  return JSON.stringify([saved, thumbnail?.length, shown, confidence, refused, doubt, decision]);
}

/** Create the button that confirms all items of a filtered list as they were read; `shownItems()` are those. */
function createConfirmAll({ shownItems, onConfirm }) {
  const confirmable = () => shownItems().filter(canConfirmAsRead);
  const button = createAskingButton({
    label: "", yes: "Confirm all of them", onYes: () => onConfirm(confirmable()),
    question: () => `Confirm ${confirmable().length} amounts as they were read, without opening each?`,
  });
  const update = (isFiltered) => {
    const count = isFiltered ? confirmable().length : 0;
    button.element.hidden = !count;
    button.setLabel(`Accept all shown (${count})`);
    button.reset();
  };
  return { element: button.element, update };
}

/**
 * Create the table of all items.
 *
 * `onOpen` gets the item that a person chose, `onConfirm` the items that are confirmed as they were read, and `exports` is
 * an element that stands below the rows. `update(items)` lists them; `mark(item)` marks the one whose answer is shown.
 * The table appears with the second item, or with the first one that has no answer. `neighbour(item, step)` and
 * `nextOpen(item)` find items in the order shown.
 */
export function createTable({ prefix, exports, onOpen, onConfirm }) {
  let items = [], current = null, listed = [];
  let order = { column: "Decision", ascending: true };
  const filter = createFilter({ prefix, onChange: () => update(items, true) });
  const confirmAll = createConfirmAll({ shownItems: () => listed, onConfirm });
  const headings = createElement("tr"), body = createElement("tbody"), head = createElement("thead", {}, headings);
  const table = createElement("table", {}, head, body);
  const scroll = createElement(
    "div", { className: "pml-scroll", tabIndex: 0, role: "region", "aria-label": "Table of all pictures" }, table,
  );
  const rows = createWindowedRows({
    scroll, body, createRow: (item) => createTableRow(item, item === current, onOpen),
    signatureOf: (item) => `${item.id} ${rowSignature(item)} ${item === current}`,
  });
  const element = createElement(
    "section", { className: "pml-table", hidden: true, "aria-label": "All pictures" },
    filter.element, scroll, confirmAll.element, exports,
  );

  const sort = (column) => {
    order = { column, ascending: column === order.column ? !order.ascending : true };
    update(items, true);
  };
  const mark = (item) => {
    current = item;
    rows.reveal(item);
  };
  const update = (all, atOnce = false) => {
    items = all;
    element.hidden = items.length < 2 && !items.some((item) => item.answer?.refused);
    filter.update(items);
    headings.replaceChildren(...COLUMNS.map((column) => createHeading(column, order, sort)));
    listed = sortItems(items, order).filter((item) => filter.accepts(statusOf(item)));
    table.setAttribute("aria-rowcount", listed.length + 1);
    confirmAll.update(filter.isOn());
    rows.update(listed, atOnce);
  };
  const hasAnswer = (item) => item.answer && !item.answer.refused;
  const neighbour = (item, step) => {
    const among = listed.filter(hasAnswer);
    return among[Math.min(among.length - 1, Math.max(0, among.indexOf(item) + step))] ?? null;
  };
  const nextOpen = (item) => {
    const place = listed.indexOf(item);
    const isOpen = (other) => other !== item && statusOf(other) === "open";
    return listed.slice(place + 1).find(isOpen) ?? listed.find(isOpen) ?? items.find(isOpen) ?? null;
  };
  return { element, update, mark, neighbour, nextOpen, shown: () => listed, destroy: rows.destroy };
}
