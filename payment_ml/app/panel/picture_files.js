import { createElement } from "./elements.js";

const THUMBNAIL_HEIGHT = 72; // pixels
const REDUCED_SIDE = 4000; // pixels of the longer side of a picture that was over a limit
const MAX_PIXELS = 50e6; // of a picture that the kernel takes
const SHOWN_TYPES = /^image\/(png|jpeg|gif|webp|bmp|avif)$/; // that every browser decodes
const SHOWN_ENDINGS = /\.(png|jpe?g|gif|webp|bmp|avif)$/i;

/** Return whether browsers show files of this type; the kernel turns pages of others into such files. */
export function isShownByBrowsers({ name = "", type }) {
  return SHOWN_TYPES.test(type) || (!type && SHOWN_ENDINGS.test(name)) || (!type && !name.includes("."));
}

/** Draw an image on a canvas of a size; it keeps its proportions. */
function drawScaled(bitmap, scale) {
  const size = { width: Math.max(1, Math.round(bitmap.width * scale)), height: Math.max(1, Math.round(bitmap.height * scale)) };
  const canvas = createElement("canvas", size);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Return a small copy of an image as a data URL. */
function createThumbnail(bitmap) {
  return drawScaled(bitmap, Math.min(1, THUMBNAIL_HEIGHT / bitmap.height)).toDataURL("image/jpeg", 0.8);
}

/**
 * Make an image ready to be sent: resolves to its `thumbnail`, and to a `blob` that is reduced where it is over a limit.
 *
 * `limit` is in bytes. The thumbnail is null, and the blob as it was, where the browser cannot decode it.
 */
export async function prepareImage(blob, limit) {
  const bitmap = await createImageBitmap(blob).catch(() => null);
  if (!bitmap) return { blob, thumbnail: null };
  const thumbnail = createThumbnail(bitmap);
  const isLarge = blob.size > limit || bitmap.width * bitmap.height > MAX_PIXELS;
  const scale = Math.min(1, REDUCED_SIDE / Math.max(bitmap.width, bitmap.height));
  const reduced = isLarge
    && await new Promise((resolve) => drawScaled(bitmap, scale).toBlob(resolve, "image/jpeg", 0.92));
  bitmap.close();
  return { blob: reduced || blob, thumbnail };
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
