/** What a person can filter by, with the words on the page. */
export const STATUSES = [["open", "To check"], ["accepted", "Accepted"], ["saved", "Confirmed"], ["unread", "Not read"]];

/** Return where an item stands: "open" needs a person, "accepted" none, "saved" was confirmed; "waiting" is not read yet. */
export function statusOf({ answer, saved }) {
  if (!answer) return "waiting";
  if (answer.refused) return "unread";
  if (saved !== null) return "saved";
  return answer.decision === "accept" ? "accepted" : "open";
}

/** Return how many of the items have each status. */
export function countStatuses(items) {
  const counts = Object.fromEntries([...STATUSES, ["waiting"]].map(([status]) => [status, 0]));
  for (const item of items) counts[statusOf(item)] += 1;
  return counts;
}

/** Return the amount of an item that may be entered, with a decimal point: confirmed, or accepted; otherwise "". */
export function amountOf(item) {
  if (item.saved !== null) return item.saved;
  return statusOf(item) === "accepted" ? item.answer.value : "";
}

/** Return whether an item can be confirmed as it was read. */
export function canConfirmAsRead(item) {
  return ["open", "accepted"].includes(statusOf(item)) && item.answer.value !== null;
}

/** Return whether work would be lost with the list: something was confirmed, or several pictures read, and not downloaded. */
export function isWorthAsking(items) {
  const left = items.filter((item) => item.answer && !item.answer.refused && !item.downloaded);
  return left.length > 1 || left.some(({ saved }) => saved !== null);
}
