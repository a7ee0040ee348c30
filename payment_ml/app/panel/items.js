import { createConfirmations } from "./confirmations.js";
import { takeFound } from "./found_amounts.js";
import { createItemList } from "./item_list.js";
import { createItemReading, itemsOfSameSize } from "./item_reading.js";

/**
 * Create the items of the panel: their list, what reads them, and what a person confirms.
 *
 * `store` keeps them, `kind` is the kind of image to expect at first, `currentProfile()` the kind of form. `onProgress`
 * as for the queue; `onWarning` gets a text, and nothing when the warnings are out of date; `onList` gets all items after
 * each change; `onShow` gets the item whose answer is to be shown and the number of items, and null when there is none
 * left to show.
 */
export function createItems({ channel, limit, kind, currentProfile, store, onProgress, onWarning, onList, onShow }) {
  let shown = null;
  const list = createItemList({ store, onList });
  const show = (item) => {
    shown = item;
    kind = item.kind;
    return onShow(item, list.all.length);
  };
  const current = { kind: () => kind, profile: currentProfile, shown: () => shown };
  const { clear: clearQueue, ...reading } = createItemReading({
    list, channel, limit, current, show, onProgress, onWarning,
  });
  const { confirm, undo, clear: clearConfirmations } = createConfirmations({ list, channel, onWarning, show });

  const setKind = (chosen) => {
    kind = chosen;
    if (shown) reading.reread(shown, kind === "document" ? { kind, box: null } : { kind });
  };
  /** Take one of the amounts that were found on the page that is shown. */
  const choose = async (index) => {
    takeFound(shown, index);
    list.changed(shown);
    await show(shown);
  };
  const setDraft = (item, draft) => {
    item.draft = draft;
    list.keep(item);
  };
  const markDownloaded = () => {
    for (const item of list.all) item.downloaded = true;
    list.changed(...list.all);
  };
  const clear = () => {
    shown = null;
    clearQueue();
    clearConfirmations();
    list.clear();
    onShow(null, 0);
    onWarning();
  };
  return {
    ...reading, show, setKind, choose, confirm, undo, setDraft, markDownloaded, clear,
    countSameSize: (item) => itemsOfSameSize(list.all, item).length,
    all: list.all,
    get shown() { return shown; },
  };
}
