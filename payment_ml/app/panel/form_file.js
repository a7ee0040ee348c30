import { downloadFile } from "./file_downloads.js";

/** Return whether the rectangle of an item can say where the amount stands on a form: all pictures are documents. */
export function isFormOffered(item, all) {
  return item.box !== null && all.every(({ kind }) => kind === "document");
}

/** Download the profile of a form that has its amount where a person drew the rectangle; `onWarning` gets why not. */
export async function downloadForm({ profile, box, answer: { width, height, turned } }, { channel, onWarning }) {
  onWarning();
  const { refused, file } = await channel.ask({ do: "form", profile, box, width, height, turned });
  if (refused) return onWarning(refused);
  downloadFile(file, "application/toml", "form.toml");
}
