import { createElement } from "./elements.js";

/** Give a person a file to keep; `content` is text or bytes, `type` its media type. */
export function downloadFile(content, type, name) {
  const link = createElement("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
