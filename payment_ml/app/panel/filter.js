import { createElement } from "./elements.js";
import { STATUSES, countStatuses } from "./item_status.js";

const ALL = "all";

/**
 * Create the choice of the items that the table shows, with the number of each and of those that are left to check.
 *
 * `onChange` is called after a person chose; `accepts(status)` then says whether items of a status are shown.
 */
export function createFilter({ prefix, onChange }) {
  let chosen = ALL;
  const choices = [[ALL, "All"], ...STATUSES].map(([status, label]) => {
    const radio = createElement("input", {
      type: "radio", name: `${prefix}-filter`, value: status, checked: status === ALL, id: `${prefix}-filter-${status}`,
      on: { change: () => { chosen = status; onChange(); } },
    });
    return { status, label, radio, text: createElement("label", { for: radio.id }) };
  });
  const left = createElement("p", { className: "pml-left", role: "status" });
  const fieldset = createElement(
    "fieldset", { className: "pml-kinds pml-filter" },
    createElement("legend", { className: "pml-hidden", textContent: "Pictures to show" }),
    ...choices.flatMap(({ radio, text }) => [radio, text]),
  );
  const element = createElement("div", { className: "pml-row" }, fieldset, left);

  const update = (items) => {
    const counts = { ...countStatuses(items), [ALL]: items.length };
    for (const { status, label, text } of choices) text.textContent = `${label} ${counts[status]}`;
    left.textContent = counts.open ? `${counts.open} of ${items.length} left` : "Nothing is left to check.";
  };
  const accepts = (status) => chosen === ALL || chosen === status;
  return { element, update, accepts, get chosen() { return chosen; }, destroy: () => element.remove() };
}
