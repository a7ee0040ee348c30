import { createReadingQueue } from "./reading_queue.js";
import { createSaveHistory } from "./save_history.js";
import { createThumbnail, rotateImage } from "./thumbnails.js";

/**
 * Create the list of items: the images that were read, in the order in which they came.
 *
 * `kind` is the kind of image to expect at first, `currentProfile()` the kind of form. `onProgress` as for the queue;
 * `onWarning` gets a text, and nothing when the warnings are out of date; `onList` gets all items after each change;
 * `onShow` gets the item whose answer is to be shown and the number of items, and null when there is none left to show.
 * `rotate()` turns the shown image by a quarter, clockwise, and reads it again.
 */
export function createItems({ channel, limit, kind, currentProfile, onProgress, onWarning, onList, onShow }) {
  const items = [];
  const history = createSaveHistory(channel);
  let shown = null;

  const show = (item) => {
    shown = item;
    kind = item.kind;
    return onShow(item, items.length);
  };
  const onItem = async (item, alone) => {
    const { refused } = item.answer;
    if (refused) onWarning(refused);
    items.push(item);
    onList(items);
    if (!refused && (items.length === 1 || alone || !shown)) await show(item);
  };
  const queue = createReadingQueue({ channel, limit, currentKind: () => kind, currentProfile, onProgress, onItem });

  const read = async (files) => {
    if (!files.length) return [];
    onWarning();
    return queue.add(files);
  };
  const reread = async (item, change) => {
    onWarning();
    const { name, blob } = item;
    const next = { kind: item.kind, box: item.box, profile: currentProfile(), ...change };
    const answer = await channel.ask({ do: "read", name, ...next }, blob);
    if (answer.refused) return onWarning(answer.refused);
    Object.assign(item, next, { answer, saved: change.kind ? null : item.saved });
    onList(items);
    if (item === shown) await show(item);
  };
  const rereadAll = async () => {
    // What a person saved stays as it is.
    for (const item of items.filter(({ saved, answer }) => saved === null && !answer.refused)) await reread(item, {});
  };
  const readDrawing = async (blob) => {
    // A drawing that goes on replaces what was read of it before.
    const earlier = items.findIndex((item) => item.drawn);
    if (earlier >= 0) items.splice(earlier, 1);
    const [item] = await read([new File([blob], "drawing.png", { type: "image/png" })]);
    item.drawn = true;
    if (!item.answer.refused) await show(item);
  };
  const setKind = (chosen) => {
    kind = chosen;
    if (shown) reread(shown, { kind });
  };
  const rotate = async () => {
    const item = shown;
    const turned = item && await rotateImage(item.blob);
    if (!turned) return;
    Object.assign(item, { blob: turned, thumbnail: await createThumbnail(turned) });
    await reread(item, { box: null });
  };
  const markSaved = (item, text) => {
    history.add(item, text);
    onList(items);
  };
  const undo = async () => {
    const { item, refused } = await history.undo();
    onWarning(refused);
    onList(items);
    if (item) await show(item);
  };
  const clear = () => {
    items.length = 0;
    history.clear();
    shown = null;
    onShow(null, 0);
    onWarning();
    onList(items);
  };
  return {
    read, reread, rereadAll, readDrawing, show, setKind, rotate, markSaved, undo, clear,
    get shown() { return shown; },
  };
}
