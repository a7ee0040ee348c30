import { droppedFiles } from "./dropped_files.js";
import { createButton, createElement, createRow } from "./elements.js";

const ACCEPTED_TYPES = "image/*,application/pdf,.pdf,.tif,.tiff,.heic,.heif,.avif,.bmp,.webp";

/** Take files and folders that are dropped anywhere on the panel, and mark the drop area while they hover over it. */
function listenForDrops(panel, dropArea, onFiles) {
  const mark = (hovering) => dropArea.classList.toggle("pml-over", hovering);
  panel.addEventListener("dragover", (event) => {
    event.preventDefault();
    event.stopPropagation();
    mark(true);
  });
  panel.addEventListener("dragleave", (event) => { if (!panel.contains(event.relatedTarget)) mark(false); });
  panel.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    mark(false);
    droppedFiles(event.dataTransfer).then(onFiles);
  });
}

/** Take files that are pasted while the panel is visible; returns a function that stops this. */
function listenForPastes(panel, onFiles) {
  const paste = (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || !panel.isConnected || !panel.offsetParent) return;
    event.preventDefault();
    event.stopPropagation();
    onFiles(files);
  };
  document.addEventListener("paste", paste, true);
  return () => document.removeEventListener("paste", paste, true);
}

/**
 * Create the area where files are chosen, dropped or pasted.
 *
 * `panel` takes drops and pastes, `limit` is the largest file in bytes, `extraButton` stands beside the button that
 * chooses files, and `onFiles` gets a list of files.
 */
export function createUploader({ panel, limit, extraButton, onFiles }) {
  const input = createElement("input", {
    type: "file", multiple: true, accept: ACCEPTED_TYPES, hidden: true,
    on: { change: () => { onFiles([...input.files]); input.value = ""; } },
  });
  const camera = createElement("input", {
    type: "file", accept: "image/*", capture: "environment", hidden: true, "aria-label": "Camera",
    on: { change: () => { onFiles([...camera.files]); camera.value = ""; } },
  });
  const photograph = createButton("Take a photograph", () => camera.click(), { className: "pml-button pml-camera" });
  const choose = createButton("Choose pictures", () => input.click(), { className: "pml-button pml-primary" });
  const limitText = createElement("p", { className: "pml-small" });
  const element = createElement(
    "div", { className: "pml-drop" },
    createElement("p", { className: "pml-hint" }, "Drop pictures or a folder here, paste one, or"),
    createRow(choose, input, photograph, camera, extraButton), limitText,
  );
  const update = (bytes) => { limitText.textContent = `PNG, JPG, GIF, WebP, BMP, TIFF, HEIC or PDF; over ${bytes / 1e6} MB they are made smaller`; };
  update(limit);
  listenForDrops(panel, element, onFiles);
  return { element, update, destroy: listenForPastes(panel, onFiles) };
}

/** Create a row of sample images; a click passes one to `onFiles`. The row is one tab stop; arrows move within it. */
export function createSamples({ samples, onFiles }) {
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key], buttons = [...element.children];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation(); // JupyterLab has shortcuts with arrows
    const next = buttons[buttons.indexOf(event.target) + step];
    if (!next) return;
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  };
  const element = createElement("div", {
    className: "pml-samples", role: "toolbar", "aria-label": "Samples to try", on: { keydown: move },
  });
  const choose = async ({ name, picture }) => {
    const blob = await (await fetch(picture)).blob();
    onFiles([new File([blob], name, { type: "image/png" })]);
  };
  const update = (items) => element.replaceChildren(...items.map((sample, i) => createElement(
    "button", {
      type: "button", className: "pml-sample", tabIndex: i ? -1 : 0, "aria-label": `Try ${sample.name}`, title: sample.name,
      on: { click: () => choose(sample) },
    },
    createElement("img", { src: sample.picture, alt: "" }),
  )));
  update(samples);
  return { element, update, destroy: () => element.remove() };
}
