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

/** Draw an image on a canvas, scaled, and turned clockwise by 0, 90, 180 or 270 degrees. */
function drawOnCanvas(bitmap, scale, turned = 0) {
  const width = Math.max(1, Math.round(bitmap.width * scale)), height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = createElement("canvas", turned % 180 ? { width: height, height: width } : { width, height });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((turned * Math.PI) / 180);
  context.drawImage(bitmap, -width / 2, -height / 2, width, height);
  return canvas;
}

/** Return a small copy of an image as a data URL. */
function drawThumbnail(bitmap, turned) {
  const height = turned % 180 ? bitmap.width : bitmap.height;
  return drawOnCanvas(bitmap, Math.min(1, THUMBNAIL_HEIGHT / height), turned).toDataURL("image/jpeg", 0.8);
}

/** Resolve to an image as a bitmap, turned clockwise by so many degrees; null where the browser cannot decode it. */
export async function openTurned(blob, turned) {
  const bitmap = await createImageBitmap(blob).catch(() => null);
  if (!bitmap || !turned) return bitmap;
  const upright = await createImageBitmap(drawOnCanvas(bitmap, 1, turned));
  bitmap.close();
  return upright;
}

/** Resolve to a small copy of an image, turned clockwise by so many degrees; null where the browser cannot decode it. */
export async function createThumbnail(blob, turned) {
  const bitmap = await createImageBitmap(blob).catch(() => null);
  const thumbnail = bitmap && drawThumbnail(bitmap, turned);
  bitmap?.close();
  return thumbnail;
}

/**
 * Make an image ready to be sent: resolves to its `thumbnail`, and to a `blob` that is reduced where it is over a limit.
 *
 * `limit` is in bytes. The thumbnail is null, and the blob as it was, where the browser cannot decode it.
 */
export async function prepareImage(blob, limit) {
  const bitmap = await createImageBitmap(blob).catch(() => null);
  if (!bitmap) return { blob, thumbnail: null };
  const thumbnail = drawThumbnail(bitmap, 0);
  const isLarge = blob.size > limit || bitmap.width * bitmap.height > MAX_PIXELS;
  const scale = Math.min(1, REDUCED_SIDE / Math.max(bitmap.width, bitmap.height));
  const reduced = isLarge
    && await new Promise((resolve) => drawOnCanvas(bitmap, scale).toBlob(resolve, "image/jpeg", 0.92));
  bitmap.close();
  return { blob: reduced || blob, thumbnail };
}
