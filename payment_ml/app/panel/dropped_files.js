/** Resolve to all entries of a folder that was dropped. */
async function readFolder(folder) {
  const reader = folder.createReader(), entries = [];
  for (;;) {
    // The browser gives a hundred entries at a time.
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return entries;
    entries.push(...some);
  }
}

/** Resolve to the files of an entry; of a folder, to those of all folders within it, by name. */
async function filesOf(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const entries = (await readFolder(entry)).filter(({ name }) => !name.startsWith("."));
  entries.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  return (await Promise.all(entries.map(filesOf))).flat();
}

/** Resolve to the files that were dropped, those in folders included. */
export async function droppedFiles(transfer) {
  const plain = [...transfer.files];
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return plain;
  return (await Promise.all(entries.map(filesOf))).flat();
}
