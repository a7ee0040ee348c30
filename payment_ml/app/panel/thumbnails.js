import { createElement } from "./elements.js";

const THUMBNAIL_HEIGHT = 72; // pixels

/** Return a small copy of an image as a data URL; null where the browser cannot decode it. */
export async function createThumbnail(blob) {
  const options = { resizeHeight: THUMBNAIL_HEIGHT, resizeQuality: "medium" };
  const bitmap = await createImageBitmap(blob, options).catch(() => null);
  if (!bitmap) return null;
  const canvas = createElement("canvas", { width: bitmap.width, height: bitmap.height });
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.toDataURL("image/jpeg", 0.8);
}

/** Return an image turned by a quarter, clockwise, as PNG; null where the browser cannot decode it. */
export async function rotateImage(blob) {
  const bitmap = await createImageBitmap(blob).catch(() => null);
  if (!bitmap) return null;
  const canvas = createElement("canvas", { width: bitmap.height, height: bitmap.width });
  const context = canvas.getContext("2d");
  context.translate(canvas.width, 0);
  context.rotate(Math.PI / 2);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
