import { createElement } from "./elements.js";
import { formatConfidence, formatShortConfidence } from "./format.js";

const MAX_SCALE = 4; // times the size of the image
const MAX_CANVAS_WIDTH = 900; // pixels
const MAX_HEIGHT = 120; // pixels of the page
const MAX_WIDTH = 560; // pixels of the page
const FONT_SIZE = [11, 26]; // pixels, smallest and largest
const TIGHT = 40; // pixels between two characters; with less, their confidences are in the tooltips alone
const DOUBTFUL = 0.9; // confidence below which a character is marked
const MIN_ALTERNATIVE = 0.005; // confidence

/** Return the rectangle around the outline of the writing, within the image. */
function boundingBox({ outline, width, height }) {
  const xs = outline.map(([x]) => x), ys = outline.map(([, y]) => y);
  const left = Math.max(0, Math.min(...xs)), right = Math.min(width, Math.max(...xs));
  const top = Math.max(0, Math.min(...ys)), bottom = Math.min(height, Math.max(...ys));
  return { left, top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
}

/** Draw the part of the image that holds the writing. */
function drawWriting(canvas, bitmap, box) {
  const scale = Math.min(MAX_SCALE, MAX_CANVAS_WIDTH / box.width);
  canvas.width = Math.round(box.width * scale);
  canvas.height = Math.round(box.height * scale);
  canvas.style.maxHeight = `${MAX_HEIGHT}px`;
  const context = canvas.getContext("2d");
  if (bitmap) context.drawImage(bitmap, box.left, box.top, box.width, box.height, 0, 0, canvas.width, canvas.height);
}

/** Create one character with its confidence and its likely alternatives. */
function createCharacter({ character, confidence, alternatives }) {
  const likely = alternatives.filter(([, share]) => share >= MIN_ALTERNATIVE);
  const spoken = [
    `${character}, ${formatConfidence(confidence)}`,
    ...likely.map(([text, share]) => `or ${text}, ${formatConfidence(share)}`),
  ].join("; ");
  const silent = (className, textContent) =>
    createElement("span", { className, "aria-hidden": "true", textContent });
  return createElement(
    "li", { title: spoken, className: confidence < DOUBTFUL ? "pml-doubt" : "" },
    createElement("span", { className: "pml-hidden", textContent: spoken }),
    createElement("b", { "aria-hidden": "true", textContent: character }),
    silent("pml-share", formatShortConfidence(confidence)),
    ...likely.map(([text, share]) => silent("pml-alternative", `${text} ${formatShortConfidence(share)}`)),
  );
}

/** Put each character beneath its strokes; `width` is that of the list in pixels of the page. */
function layOutCharacters(list, characters, box, width) {
  const middles = characters.map(({ left, right }) =>
    Math.min(1, Math.max(0, ((left + right) / 2 - box.left) / box.width)));
  const gaps = middles.map((middle, i) => (i ? (middle - middles[i - 1]) * width : width));
  const room = Math.min(...gaps);
  list.style.setProperty("--size", `${Math.max(FONT_SIZE[0], Math.min(FONT_SIZE[1], room))}px`);
  list.classList.toggle("pml-tight", room < TIGHT);
  characters.forEach((character, i) => {
    const node = createCharacter(character);
    node.style.left = `${100 * middles[i]}%`;
    list.append(node);
  });
  list.style.height = `${Math.max(...[...list.children].map((node) => node.offsetHeight))}px`;
}

/** Create the writing, and beneath each of its strokes the character that was read from it. */
export function createSpelling() {
  const writing = createElement("canvas", { className: "pml-writing", "aria-hidden": "true" });
  const list = createElement("ol", {
    className: "pml-characters", "aria-label": "Each character with its confidence and what else it could be",
  });
  const element = createElement("div", { className: "pml-spelled" }, writing, list);

  const update = (answer, bitmap) => {
    list.replaceChildren();
    writing.hidden = !(bitmap && answer.characters.length);
    if (!answer.characters.length) return;
    const box = boundingBox(answer);
    drawWriting(writing, bitmap, box);
    // The list is as wide as the writing is drawn.
    const width = Math.min(element.clientWidth, (MAX_HEIGHT * box.width) / box.height, MAX_WIDTH);
    writing.style.width = list.style.width = `${width}px`;
    layOutCharacters(list, answer.characters, box, width);
  };
  return { element, update, destroy: () => element.remove() };
}
