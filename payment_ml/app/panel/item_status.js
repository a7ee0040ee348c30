/** What a person can filter by, with the words on the page. */
export const STATUSES = [["open", "To check"], ["accepted", "Accepted"], ["saved", "Saved"], ["unread", "Not read"]];

/** Return where an item stands: "open" needs a person, "accepted" none, "saved" was confirmed or corrected. */
export function statusOf({ answer, saved }) {
  if (answer.refused) return "unread";
  if (saved !== null) return "saved";
  return answer.decision === "accept" ? "accepted" : "open";
}

/** Return how many of the items have each status. */
export function countStatuses(items) {
  const counts = Object.fromEntries(STATUSES.map(([status]) => [status, 0]));
  for (const item of items) counts[statusOf(item)] += 1;
  return counts;
}
