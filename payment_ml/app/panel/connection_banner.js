import { createButton, createElement } from "./elements.js";
import { isWholePage, probeAddress } from "./surroundings.js";

const PROBE_INTERVAL = 1500; // milliseconds
const KERNEL_PATIENCE = 5000; // milliseconds for a kernel whose server answers; then the page is loaded anew
const KEPT = "Pictures, amounts and what you typed are kept in this browser.";
const NOT_KEPT = "This browser keeps nothing: download the table before you reload the page.";

/** Resolve to whether the page's server answers. */
async function isServerThere() {
  try {
    await fetch(probeAddress(), { method: "HEAD", cache: "no-store" });
    return true;
  } catch {
    return false;
  }
}

/**
 * Create the banner that says that the connection to the kernel is gone, until it is back.
 *
 * On a page of its own, the page is loaded anew as soon as its server answers again but the kernel does not: a new
 * kernel then serves it, and the pictures come back from the browser's store. `isKept()` says whether they will.
 */
export function createConnectionBanner({ isKept }) {
  let timer = null, answeredSince = null;
  const text = createElement("p");
  const reload = createButton("Reload the page", () => location.reload(), { hidden: true });
  const element = createElement("div", { className: "pml-banner", role: "alert", hidden: true }, text, reload);

  const probe = async () => {
    const there = await isServerThere();
    if (timer === null) return; // the connection is back
    answeredSince = there ? answeredSince ?? performance.now() : null;
    if (answeredSince === null || performance.now() - answeredSince < KERNEL_PATIENCE) return;
    if (isKept()) location.reload();
    else reload.hidden = false;
  };
  const update = (connected) => {
    element.hidden = connected;
    clearInterval(timer);
    timer = answeredSince = null;
    if (connected) return;
    const kept = isKept() ? KEPT : NOT_KEPT;
    const what = isWholePage() ? "The connection to the reader is gone. It is being restored."
      : "The kernel does not answer: it is busy, or it was restarted. In that case run the cell again.";
    text.textContent = `${what} ${kept}`;
    if (isWholePage()) timer = setInterval(probe, PROBE_INTERVAL);
  };
  return { element, update, destroy: () => clearInterval(timer) };
}
