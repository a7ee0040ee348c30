/** Return whether the panel is the whole page, as `payment-ml demo` serves it, and not a cell in JupyterLab. */
export function isWholePage() {
  return document.body.dataset.voila === "voila";
}

/** Return the address of a small file that the page's server always has. */
export function probeAddress() {
  return `${document.body.dataset.baseUrl ?? "/voila/"}static/voila.js`;
}
