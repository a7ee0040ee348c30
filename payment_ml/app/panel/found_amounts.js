/** Return the amounts that were found on the page of an item; none for a picture of one amount. */
export function foundAmounts({ answer }) {
  return answer.amounts ?? [];
}

/** Take another of the amounts that were found on a page, by its index, as the one to pay. */
export function takeFound(item, index) {
  const found = foundAmounts(item)[index];
  Object.assign(item, {
    answer: { ...item.answer, ...found, chosen: index }, box: null, placed: true, downloaded: false,
    draft: item.saved === null ? null : found.value ?? found.text,
  });
}

/** Return an answer to a part of a document, with what is known of the whole page. */
export function withPageOf({ answer: { amounts, words } }, answer) {
  return { ...answer, amounts, words, chosen: null };
}

/**
 * Return the part of an item's image that shows an amount which a person entered: `box`, null where it is the whole image.
 *
 * Null where it is not known: of a document, whose amount a person typed, without choosing or drawing its place, and
 * which is not one of those that were found.
 */
export function placeOf(item, amount) {
  const { kind, box, answer, placed } = item;
  if (kind !== "document" || box) return { box };
  if (placed) return { box: answer.cut };
  const chosen = answer.cut ? [answer] : [];
  const found = [...chosen, ...foundAmounts(item)].find(({ choices }) => choices.some(({ typed }) => typed === amount));
  return found ? { box: found.cut } : null;
}
