import { isWholePage } from "./surroundings.js";

/** Return "dark" or "light": the system's theme. */
function systemTheme() {
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Return "dark" or "light": the theme of the nearest ancestor with a background, otherwise the system's. */
function detectTheme(node) {
  for (let ancestor = node.parentElement; ancestor; ancestor = ancestor.parentElement) {
    const channels = getComputedStyle(ancestor).backgroundColor.match(/[\d.]+/g) ?? [];
    const [red, green, blue, alpha = 1] = channels.map(Number);
    if (alpha > 0.5 && blue !== undefined) return 0.3 * red + 0.6 * green + 0.1 * blue < 128 ? "dark" : "light";
  }
  return systemTheme();
}

/**
 * Keep the theme of `element` as a person set it, `chosen()`, or in step with the page around it; the whole page follows
 * the system.
 */
export function createTheme(element, chosen) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const update = () => {
    const theme = chosen() || (isWholePage() ? systemTheme() : detectTheme(element));
    element.dataset.theme = theme;
    // Only what is new: each change of the body calls this function again.
    if (isWholePage() && document.body.dataset.pmlTheme !== theme) document.body.dataset.pmlTheme = theme;
  };
  requestAnimationFrame(update); // the element is not on the page yet
  const observer = new MutationObserver(update);
  observer.observe(document.body, { attributes: true });
  system.addEventListener("change", update);
  const destroy = () => {
    observer.disconnect();
    system.removeEventListener("change", update);
  };
  return { element, update, destroy };
}
