import { placeOf } from "./found_amounts.js";

/**
 * Confirm the amounts of items, and take the last confirmations back.
 *
 * `onWarning` gets the sentence of a kernel that could not take a kept one back, `show` the item to look at again.
 */
export function createConfirmations({ list, channel, onWarning, show }) {
  const batches = []; // of what was confirmed at once: items, what was confirmed for them before, and what was kept

  /** Confirm several at once: pairs of an item and its amount; `kept` tells whether the kernel has stored them. */
  const confirm = (confirmed, kept) => {
    batches.push(confirmed.map(([item, amount]) => {
      const { name, kind, profile, blob, saved } = item, { turned } = item.answer;
      const question = { do: "undo", name, kind, profile, turned, ...placeOf(item, amount) };
      Object.assign(item, { saved: amount, draft: null, downloaded: false });
      return { item, before: saved, kept, question, blob };
    }));
    list.changed(...confirmed.map(([item]) => item));
  };
  /** Take those back that were confirmed last, one after another, until the kernel cannot. */
  const undo = async () => {
    const last = batches.at(-1) ?? [];
    let earliest = null;
    onWarning();
    while (last.length) {
      const { item, before, kept, question, blob } = last.at(-1);
      const { refused } = kept ? await channel.ask(question, blob) : {};
      if (refused) return onWarning(refused);
      last.pop();
      Object.assign(item, { saved: before, downloaded: false });
      list.changed(item);
      earliest = item;
    }
    batches.pop();
    if (earliest) await show(earliest);
  };
  const clear = () => { batches.length = 0; };
  return { confirm, undo, clear };
}
