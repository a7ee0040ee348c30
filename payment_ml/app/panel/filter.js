import { createElement, createRadioGroup } from "./elements.js";
import { STATUSES, countStatuses } from "./item_status.js";

const ALL = "all";
const OPTIONS = [[ALL, "All"], ...STATUSES];

/**
 * Create the choice of the items that the table shows, with the number of each and of those that are left to check.
 *
 * `onChange` is called after a person chose; `accepts(status)` then says whether items of a status are shown, and
 * `isOn()` whether some are not.
 */
export function createFilter({ prefix, onChange }) {
  let chosen = ALL;
  const { element: fieldset, labels } = createRadioGroup({
    name: `${prefix}-filter`, legend: "Pictures to show", options: OPTIONS, className: "pml-filter",
    onChange: (status) => { chosen = status; onChange(); },
  });
  const line = createElement("p", { className: "pml-left", role: "status" });
  const element = createElement("div", { className: "pml-row" }, fieldset, line);

  const update = (items) => {
    const counts = { ...countStatuses(items), [ALL]: items.length };
    for (const [status, label] of OPTIONS) labels.get(status).textContent = `${label} ${counts[status]}`;
    const left = counts.open ? `${counts.open} of ${items.length} left` : "Nothing is left to check.";
    line.textContent = counts.waiting && !counts.open ? "" : left;
  };
  const accepts = (status) => chosen === ALL || chosen === status;
  return { element, update, accepts, isOn: () => chosen !== ALL, destroy: () => element.remove() };
}
