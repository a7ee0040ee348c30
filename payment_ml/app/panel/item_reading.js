import { withPageOf } from "./found_amounts.js";
import { createItem } from "./item_list.js";
import { createThumbnail } from "./picture_files.js";
import { createReadingQueue } from "./reading_queue.js";

/** Return whether an item is the page of a file. */
function isPageOf({ origin }, { id }, page) {
  return origin !== null && origin.id === id && origin.page === page;
}

/** Return what a reading of an item depends on, with what is changed; a box is one of the image as it is shown. */
function readingOf({ kind, box, profile, turned, answer }, change) {
  const next = { kind, box, profile, turned, ...change };
  return next.box ? { ...next, turned: answer.turned } : next;
}

/** Return the items of a list that have the same size as one of them, and are not confirmed yet. */
export function itemsOfSameSize(all, item) {
  const { width, height } = item.answer;
  return all.filter((other) => other !== item && other.saved === null && other.answer
    && other.answer.width === width && other.answer.height === height);
}

/**
 * Put a file's pages into a list in its place, each as soon as it is there.
 *
 * Pages that are there since before a reload stay. `pageAt(page)` resolves to the `blob` of a page, or to `refused`;
 * `onPage` gets each item that can be read.
 */
async function addPages({ list, file, count, pageAt, onPage }) {
  const { id, name, kind, profile } = file;
  for (let page = 1; page <= count && list.all.includes(file); page += 1) {
    if (list.all.some((item) => isPageOf(item, file, page))) continue;
    const { refused, blob } = await pageAt(page);
    const item = createItem({ name: `${name}, page ${page}`, blob: blob ?? new Blob(), kind, profile, origin: { id, page } });
    if (refused) item.answer = { refused };
    list.addBefore(file, item);
    if (!refused) onPage(item);
  }
  list.remove(file);
}

/**
 * Read the items of a list: new files, and items again with another kind, box or profile.
 *
 * `current` has `kind`, `profile` and `shown`; `show` shows an item; `onProgress` and `limit` as for the queue;
 * `onWarning` gets a text, and nothing when the warnings are out of date.
 */
export function createItemReading({ list, channel, limit, current, show, onProgress, onWarning }) {
  const onItem = async (item, alone) => {
    if (!list.all.includes(item)) return; // the list was cleared meanwhile
    const { refused } = item.answer;
    if (refused) onWarning(refused);
    list.changed(item);
    if (!refused && (list.all.length === 1 || alone || !current.shown())) await show(item);
  };
  const onPages = (file, count, pageAt) =>
    addPages({ list, file, count, pageAt, onPage: (item) => queue.add([item]) });
  const queue = createReadingQueue({ channel, limit, onProgress, onItem, onPages });

  const read = async (files) => {
    if (!files.length) return [];
    onWarning();
    const fields = { kind: current.kind(), profile: current.profile() };
    const added = [...files].map((blob) => createItem({ name: blob.name || "pasted picture", blob, ...fields }));
    list.add(...added);
    return queue.add(added);
  };
  /** Take items back from the store: what was not read yet is read, and the first that needs a person is shown. */
  const restore = async (items) => {
    if (!items.length) return;
    list.restore(items);
    const readable = items.filter(({ answer }) => answer && !answer.refused);
    const first = readable.find(({ saved }) => saved === null) ?? readable[0];
    if (first) await show(first);
    await queue.add(items.filter(({ answer }) => !answer));
  };
  const reread = async (item, change) => {
    onWarning();
    const { name, blob, profile } = item;
    const next = readingOf(item, { profile: current.profile(), ...change });
    const read = await channel.ask({ do: "read", name, ...next }, blob);
    if (read.refused) return onWarning(read.refused);
    const isPart = next.kind === "document" && next.box && next.profile === profile;
    const answer = isPart ? withPageOf(item, read) : read;
    if (answer.turned !== item.answer.turned) item.thumbnail = await createThumbnail(blob, answer.turned);
    Object.assign(item, next, {
      answer, placed: false, saved: change.kind ? null : item.saved, draft: null, downloaded: false,
    });
    list.changed(item);
    if (item === current.shown()) await show(item);
  };
  const rereadEach = async (items, change) => { for (const item of items) await reread(item, change); };
  // What a person confirmed stays as it is.
  const rereadAll = () => rereadEach(list.all.filter(({ saved, answer }) => saved === null && answer && !answer.refused), {});
  const useBoxForAll = (item) => rereadEach(itemsOfSameSize(list.all, item), { box: item.box });
  const readDrawing = async (blob) => {
    // A drawing that goes on replaces what was read of it before.
    list.all.filter(({ drawn }) => drawn).forEach(list.remove);
    const [item] = await read([new File([blob], "drawing.png", { type: "image/png" })]);
    item.drawn = true;
    list.keep(item);
    if (!item.answer.refused) await show(item);
  };
  const rotate = async () => {
    const item = current.shown();
    if (item) await reread(item, { box: null, turned: (item.answer.turned + 90) % 360 });
  };
  return { read, restore, reread, rereadAll, useBoxForAll, readDrawing, rotate, clear: queue.clear };
}
