let lastId = 0;

/**
 * Return a new item, which is not read yet.
 *
 * It has `id`, `name`, `blob`, `kind`, `profile`, `turned` (degrees by which a person turned the image clockwise; null
 * lets the kernel find out which way up a document is), `box` (left, top, right and bottom in pixels of the turned image;
 * null for the whole image), `answer` (the kernel's, null while it waits), `placed` (whether a person chose the place of
 * the amount on a document), `saved` (the amount that a person confirmed, or null), `draft` (what a person typed and did
 * not confirm, or null), `thumbnail` (a data URL, or null), `drawn`, `downloaded` since its last change, and `origin` (the
 * `id` of the file that it is a `page` of, or null).
 */
export function createItem(fields) {
  lastId = Math.max(Date.now(), lastId + 1);
  return {
    id: lastId, turned: null, box: null, answer: null, placed: false, saved: null, draft: null, thumbnail: null,
    drawn: false, downloaded: false, origin: null, ...fields,
  };
}

/**
 * Create the list of items, in the order in which they came; `store` keeps them across reloads of the page.
 *
 * `onList` gets all items after each change.
 */
export function createItemList({ store, onList }) {
  const all = [];
  const add = (...items) => {
    all.push(...items);
    for (const item of items) store.put(item);
    onList(all);
  };
  const addBefore = (later, item) => {
    all.splice(all.indexOf(later), 0, item);
    store.put(item);
    onList(all);
  };
  /** Take over items that the store has already. */
  const restore = (items) => {
    all.push(...items);
    lastId = Math.max(lastId, ...items.map(({ id }) => id));
    onList(all);
  };
  const keep = (item) => { if (all.includes(item)) store.put(item); };
  const changed = (...items) => {
    items.forEach(keep);
    onList(all);
  };
  const remove = (item) => {
    if (!all.includes(item)) return;
    all.splice(all.indexOf(item), 1);
    store.remove(item);
    onList(all);
  };
  const clear = () => {
    all.length = 0;
    store.clear();
    onList(all);
  };
  return { all, add, addBefore, restore, keep, changed, remove, clear };
}
