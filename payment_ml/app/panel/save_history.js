/** Keep what a person saved, the latest last, so that it can be taken back. */
export function createSaveHistory(channel) {
  const saves = []; // each with the item, what was saved for it before, and the part of the image that was saved

  const add = (item, text) => {
    const { name, kind, profile, box, blob, saved } = item;
    saves.push({ item, before: saved, question: { do: "undo", name, kind, profile, box }, blob });
    item.saved = text;
  };
  /** Take the last save back; resolves to its `item`, and to `refused` where the kernel could not; empty without one. */
  const undo = async () => {
    const last = saves.at(-1);
    if (!last) return {};
    const { refused } = await channel.ask(last.question, last.blob);
    if (refused) return { refused };
    saves.pop();
    last.item.saved = last.before;
    return { item: last.item };
  };
  const clear = () => { saves.length = 0; };
  return { add, undo, clear };
}
