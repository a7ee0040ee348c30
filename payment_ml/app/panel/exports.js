import { createButton, createElement, createRow } from "./elements.js";
import { downloadFile } from "./file_downloads.js";
import { localizeAmounts, reviewRows } from "./review_rows.js";

const COPIED_COLUMNS = 4; // file, amount, checked and status
const WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const COPIED_FOR = 2500; // milliseconds that a button says what it did

/** Return a cell that no spreadsheet runs as a formula: a quote stands in front of such a text. */
function disarmFormula(text) {
  return /^[=+\-@\t\r]/.test(text) && !/^-?[\d.,]+$/.test(text) ? `'${text}` : text;
}

/** Format rows as CSV; where amounts have a decimal comma, spreadsheets expect semicolons between cells. */
function formatCsv(rows, mark) {
  const separator = mark === "," ? ";" : ",";
  const cell = (value) => {
    const safe = disarmFormula(value);
    return /[",;\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return localizeAmounts(rows, mark).map((row) => `${row.map(cell).join(separator)}\n`).join("");
}

/** Format the first columns of rows as text that a spreadsheet takes into its cells, without the header. */
function formatCopied(rows, mark) {
  const cell = (value) => disarmFormula(value).replace(/[\t\n\r]+/g, " ");
  return localizeAmounts(rows, mark).slice(1).map((row) => row.slice(0, COPIED_COLUMNS).map(cell).join("\t")).join("\n");
}

/** Put text on the clipboard, also where the page was not loaded by https. */
async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = createElement("textarea", { value: text, className: "pml-hidden" });
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

/**
 * Create the buttons that take the amounts out of the page.
 *
 * `allItems()` are those of the files, `shownItems()` those that are copied, in their order; `decimalMark()` as it is
 * set; `makeWorkbook(rows)` asks the kernel; `onExported` is called after a download or a copy.
 */
export function createExports({ allItems, shownItems, decimalMark, makeWorkbook, onExported }) {
  const csv = createButton("Download CSV", () => {
    downloadFile(formatCsv(reviewRows(allItems()), decimalMark()), "text/csv", "amounts.csv");
    onExported();
  });
  const excel = createButton("Download Excel", async () => {
    const { refused, file } = await makeWorkbook(reviewRows(allItems()));
    if (refused) return tell(excel, "Download Excel", "It could not be made");
    downloadFile(file, WORKBOOK_TYPE, "amounts.xlsx");
    onExported();
  });
  const copy = createButton("Copy for a spreadsheet", async () => {
    await copyText(formatCopied(reviewRows(shownItems()), decimalMark()));
    tell(copy, "Copy for a spreadsheet", "✓ Copied");
    onExported();
  }, { title: "File, amount, whether it was checked, and its status, of the rows that are shown" });
  const tell = (button, name, words) => {
    button.textContent = words;
    setTimeout(() => { button.textContent = name; }, COPIED_FOR);
  };
  const element = createRow(csv, excel, copy);
  return { element, destroy: () => element.remove() };
}
