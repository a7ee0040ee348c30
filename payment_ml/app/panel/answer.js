import { createChoices } from "./choices.js";
import { createConfirmForm } from "./confirm_form.js";
import { createElement } from "./elements.js";
import { formatConfidence } from "./format.js";
import { openTurned } from "./picture_files.js";
import { createPreview } from "./preview.js";
import { createSpelling } from "./spelling.js";

const CAVEAT = "The limit on wrong amounts among accepted ones was measured on pictures made for the purpose. On other "
  + "handwriting more may be wrong: check some of the accepted ones.";

/** Create the amount in large figures, with the decision, its reason in a few words, and more of it in tooltips. */
function createResult() {
  const figure = createElement("p", { className: "pml-figure" });
  const badge = createElement("span", { className: "pml-badge" });
  const confidence = createElement("span", { className: "pml-confidence" });
  const caveat = createElement("span", { className: "pml-sign pml-caveat", title: CAVEAT, tabIndex: 0, role: "note", "aria-label": CAVEAT }, "i");
  const reason = createElement("p", { className: "pml-reason" });
  const note = createElement("p", { className: "pml-small" });
  const words = createElement("p", { className: "pml-words" });
  const decision = createElement("p", { className: "pml-decision" }, badge, confidence, caveat);
  const element = createElement("div", { className: "pml-result" }, figure, words, decision, reason, note);

  const update = ({ name, answer }, withName) => {
    const accepted = answer.decision === "accept";
    figure.textContent = answer.shown || "no amount";
    figure.classList.toggle("pml-none", !answer.shown);
    words.textContent = answer.words ? `in words: ${answer.words}` : "";
    badge.className = `pml-badge ${accepted ? "pml-accept" : "pml-review"}`;
    badge.textContent = accepted ? "✓ accept" : "⚠ review";
    confidence.textContent = answer.value ? `${formatConfidence(answer.confidence)} sure` : "";
    reason.textContent = accepted ? "" : `A person should look: ${answer.doubt}.`;
    reason.title = accepted ? "" : answer.reason;
    note.textContent = [withName ? name : null, answer.note].filter(Boolean).join(" - ");
  };
  return { element, update, destroy: () => element.remove() };
}

/**
 * Create the answer to one image: the result, the preview, each character, and the form to correct it.
 *
 * `update(item, withName)` shows an item and resolves when all of it is drawn; null hides the answer. `forPreview` and
 * `forForm` are the options of these two.
 */
export function createAnswer({ forPreview, forForm }) {
  let shown = null;
  const result = createResult();
  const preview = createPreview(forPreview);
  const spelling = createSpelling();
  const form = createConfirmForm(forForm);
  const choices = createChoices({ onChoose: form.take, onFound: forPreview.onFound });
  const parts = [result, form, choices, preview, spelling];
  const element = createElement(
    "section", { className: "pml-answer", hidden: true, "aria-label": "Answer" }, ...parts.map((part) => part.element),
  );

  const update = async (item, withName) => {
    shown = item;
    if (!item) {
      element.hidden = true;
      return;
    }
    const bitmap = await openTurned(item.blob, item.answer.turned);
    if (shown === item) { // otherwise another item was shown meanwhile
      // All at once: no amount may stand above the picture and the characters of another one.
      result.update(item, withName);
      form.update(item);
      choices.update(item);
      element.hidden = false;
      preview.update(item, bitmap);
      spelling.update(item.answer, bitmap);
    }
    bitmap?.close();
  };
  return {
    element, update, choose: choices.choose, focus: form.focus, isChanged: form.isChanged,
    destroy: () => parts.forEach((part) => part.destroy()),
  };
}
