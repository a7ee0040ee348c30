import { amountOf, statusOf } from "./item_status.js";

// The columns of `payment-ml read --format review-csv`.
const REVIEW_COLUMNS = [
  "file", "amount", "checked", "status", "text", "digits", "confidence", "decision", "reason", "page", "value", "currency",
  "note",
];
const STATUS_WORDS = { open: "to check", accepted: "accepted", saved: "confirmed", unread: "not read", waiting: "not read" };

/** Return the header and a row for each item; amounts have a decimal point. */
export function reviewRows(items) {
  const rows = items.map((item) => {
    const { name, saved, origin } = item, answer = item.answer ?? { refused: "it was not read yet" };
    return [
      name, amountOf(item), saved === null ? "no" : "yes", STATUS_WORDS[statusOf(item)], answer.text, answer.digits,
      answer.text ? answer.confidence.toFixed(4) : "", answer.decision ?? "review", answer.refused ?? answer.reason,
      origin?.page, answer.value, answer.value === null ? "" : answer.currency, answer.note,
    ].map((value) => (value === null || value === undefined ? "" : String(value)));
  });
  return [REVIEW_COLUMNS, ...rows];
}

/** Return the rows with amounts as a spreadsheet of a language expects them, with `mark` before the decimals. */
export function localizeAmounts([header, ...rows], mark) {
  const numbers = ["amount", "confidence", "value"].map((name) => header.indexOf(name));
  const localize = (cell, i) => (numbers.includes(i) ? cell.replace(".", mark) : cell);
  return [header, ...rows.map((row) => row.map(localize))];
}
