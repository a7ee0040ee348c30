import { createThumbnail, isShownByBrowsers, prepareImage } from "./picture_files.js";

const IN_FLIGHT = 2; // pictures that are asked about at the same time: one is read while the next travels

/** Return why a file is not sent at all; null when it may be. */
function refuseBySize({ size }, name, limit) {
  if (size <= limit) return null;
  const [most, actual] = [limit / 1e6, (size / 1e6).toFixed(1)];
  return `expected at most ${most} MB, but ${name} has ${actual} MB; cut out the amount or save it smaller`;
}

/**
 * Create the queue that reads items in their order.
 *
 * `limit` is the largest file in bytes. `onProgress` gets `total`, `done` and the `name` of the file that is being read;
 * `onItem` gets each item as soon as it is read, and whether it was the only one in the queue; `onPages` gets an item
 * that turned out to be a file of pages, and a function that resolves to a page by its number. `add(items)` resolves
 * when all of them are read.
 */
export function createReadingQueue({ channel, limit, onProgress, onItem, onPages }) {
  const waiting = [];
  let running = 0, total = 0, done = 0;

  /** Resolve to a page of a file that browsers cannot show. */
  const unpack = async ({ name, blob }, page) => {
    const { refused, count, image } = await channel.ask({ do: "page", name, page }, blob);
    return refused ? { refused } : { count, blob: new Blob([image], { type: "image/png" }) };
  };
  const read = async (item) => {
    if (!isShownByBrowsers(item.blob)) {
      const { refused, count, blob } = refuseBySize(item.blob, item.name, limit)
        ? { refused: refuseBySize(item.blob, item.name, limit) } : await unpack(item, 1);
      if (refused) return Object.assign(item, { answer: { refused } });
      if (count > 1) return onPages(item, count, (page) => unpack(item, page));
      item.blob = blob;
    }
    const { blob, thumbnail } = await prepareImage(item.blob, limit);
    Object.assign(item, { blob, thumbnail });
    const refused = refuseBySize(blob, item.name, limit);
    const { name, kind, profile, box, turned } = item;
    item.answer = refused ? { refused } : await channel.ask({ do: "read", name, kind, profile, box, turned }, blob);
    if (item.answer.turned) item.thumbnail = await createThumbnail(blob, item.answer.turned);
  };
  const next = async () => {
    if (running >= IN_FLIGHT || !waiting.length) return;
    const { item, resolve } = waiting.shift();
    running += 1;
    onProgress({ total, done, name: item.name });
    await read(item);
    running -= 1;
    done += 1;
    if (item.answer) await onItem(item, total === 1);
    resolve(item);
    if (done === total) {
      total = done = 0;
      onProgress({ total, done });
    }
    next();
  };
  const add = (items) => {
    total += items.length;
    const all = items.map((item) => new Promise((resolve) => waiting.push({ item, resolve })));
    for (let i = 0; i < IN_FLIGHT; i += 1) next();
    return Promise.all(all);
  };
  const clear = () => {
    total -= waiting.length;
    waiting.length = 0;
  };
  return { add, clear };
}
