import { createThumbnail } from "./thumbnails.js";

/** Return why a file is not sent at all; null when it may be. */
function refuseBySize({ size }, name, limit) {
  if (size <= limit) return null;
  const [most, actual] = [limit / 1e6, (size / 1e6).toFixed(1)];
  return `expected at most ${most} MB, but ${name} has ${actual} MB; cut out the amount or save it smaller`;
}

/**
 * Create the queue that reads files one after another.
 *
 * `limit` is the largest file in bytes, `currentKind()` the kind of image to expect and `currentProfile()` the name of
 * the kind of form. `onProgress` gets `total`, `done` and the `name` of the file that is being read; `onItem` gets each
 * item as soon as it is read, and whether it was the only one in the queue. `add(files)` resolves to their items.
 *
 * An item has `name`, `blob`, `kind`, `profile`, `box` (left, top, right and bottom in pixels; null for the whole image), `answer`
 * (the kernel's), `saved` (the text that a person saved, or null) and `thumbnail` (a data URL, or null).
 */
export function createReadingQueue({ channel, limit, currentKind, currentProfile, onProgress, onItem }) {
  let tail = Promise.resolve();
  let total = 0, done = 0;

  const read = async (blob) => {
    onProgress({ total, done, name: blob.name });
    const name = blob.name || "pasted picture", kind = currentKind(), profile = currentProfile();
    const refused = refuseBySize(blob, name, limit);
    const answer = refused ? { refused } : await channel.ask({ do: "read", name, kind, profile }, blob);
    done += 1;
    const thumbnail = answer.refused ? null : await createThumbnail(blob);
    const item = { name, blob, kind, profile, box: null, answer, saved: null, thumbnail };
    await onItem(item, total === 1);
    return item;
  };
  const finish = () => {
    if (done < total) return;
    total = done = 0;
    onProgress({ total, done });
  };
  const add = (files) => {
    const items = [];
    total += files.length;
    for (const file of files) tail = tail.then(async () => { items.push(await read(file)); });
    tail = tail.then(finish);
    return tail.then(() => items);
  };
  return { add };
}
