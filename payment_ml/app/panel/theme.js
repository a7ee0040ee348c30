/** Return "dark" or "light": the theme of the nearest ancestor with a background, otherwise the system's. */
function detectTheme(node) {
  for (let ancestor = node.parentElement; ancestor; ancestor = ancestor.parentElement) {
    const channels = getComputedStyle(ancestor).backgroundColor.match(/[\d.]+/g) ?? [];
    const [red, green, blue, alpha = 1] = channels.map(Number);
    if (alpha > 0.5 && blue !== undefined) return 0.3 * red + 0.6 * green + 0.1 * blue < 128 ? "dark" : "light";
  }
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Keep the theme of `element` in step with the page around it: JupyterLab, Voila, or the system. */
export function createTheme(element) {
  const update = () => { element.dataset.theme = detectTheme(element); };
  requestAnimationFrame(update); // the element is not on the page yet
  const observer = new MutationObserver(update);
  observer.observe(document.body, { attributes: true });
  return { element, update, destroy: () => observer.disconnect() };
}
