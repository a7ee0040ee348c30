import { createElement } from "./elements.js";

const CSV_HEADER = ["file", "text", "digits", "confidence", "decision", "reason", "saved"];

/** Format one cell; text that a spreadsheet would run as a formula gets a quote in front. */
function formatCell(value) {
  const text = String(value ?? "");
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?[\d.,]+$/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Format items as CSV: the columns of `payment-ml read --format csv`, and the text that was saved. */
function formatCsv(items) {
  const rows = items.map(({ name, answer, saved }) => [
    name, answer.text, answer.digits, answer.text ? answer.confidence.toFixed(4) : "",
    answer.decision ?? "review", answer.refused ?? answer.reason, saved,
  ]);
  return [CSV_HEADER, ...rows].map((row) => `${row.map(formatCell).join(",")}\n`).join("");
}

/** Download items as `amounts.csv`. */
export function downloadCsv(items) {
  const blob = new Blob([formatCsv(items)], { type: "text/csv" });
  const link = createElement("a", { href: URL.createObjectURL(blob), download: "amounts.csv" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
