const DATABASE = "payment-ml", ITEMS = "items";
const LOCK = "payment-ml items"; // its holder alone uses the store: two pages must not mix their lists
const LOCK_PATIENCE = 1500; // milliseconds; a page that is closed releases it at once
const MAX_AGE = 7 * 24 * 60 * 60 * 1000; // milliseconds, after which an item that was left is removed
const NOTHING = { items: [], isKept: false, put: () => {}, remove: () => {}, clear: () => {}, close: () => {} };

/** Resolve to the result of a request to the database. */
function resolveRequest(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Resolve to a function that releases the lock, or to null where another page holds it. */
function takeLock() {
  if (!navigator.locks) return Promise.resolve(() => {}); // a page that was not loaded by https
  return new Promise((resolve) => {
    navigator.locks.request(LOCK, { signal: AbortSignal.timeout(LOCK_PATIENCE) }, () =>
      new Promise((release) => { resolve(release); })).catch(() => resolve(null));
  });
}

async function openDatabase() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(ITEMS, { keyPath: "id" });
  return resolveRequest(request);
}

/**
 * Open the browser's store of the items of this page.
 *
 * Resolves to the `items` that were left there, and to `put(item)`, `remove(item)`, `clear()` and `close()`. `isKept` is
 * false where nothing is stored: another page has the store, or the browser offers none. What cannot be stored is
 * told by `onFailure`, once.
 */
export async function openBrowserStore({ onFailure }) {
  const release = await takeLock();
  if (!release) return NOTHING;
  let database;
  try {
    database = await openDatabase();
  } catch {
    release();
    return NOTHING;
  }
  let failed = false;
  const change = async (action) => {
    try {
      await resolveRequest(action(database.transaction(ITEMS, "readwrite").objectStore(ITEMS)));
    } catch {
      if (!failed) onFailure();
      failed = true;
    }
  };
  const stored = await resolveRequest(database.transaction(ITEMS).objectStore(ITEMS).getAll());
  const items = stored.filter(({ changed }) => Date.now() - changed < MAX_AGE);
  for (const { id } of stored) if (!items.some((item) => item.id === id)) change((store) => store.delete(id));
  return {
    items, isKept: true,
    put: (item) => change((store) => store.put({ ...item, changed: Date.now() })),
    remove: ({ id }) => change((store) => store.delete(id)),
    clear: () => change((store) => store.clear()),
    close: () => { database.close(); release(); },
  };
}
