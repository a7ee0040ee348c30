import { createElement, createRow } from "./elements.js";
import { createLearningChoice } from "./learning_choice.js";
import { createTypedAmount } from "./typed_amount.js";

/**
 * Create the form in which a person confirms or corrects what was read.
 *
 * `keep` is whether a confirmed amount is also kept for learning unless a person chooses otherwise. `check(item, text)`
 * asks the kernel what a text means, and `save(item, text, place)` to keep it, with the part of the image that shows it,
 * as `placeOf` returns it; where that is not known, nothing is kept. `onConfirmed` gets the item, the amount, and
 * whether it was kept, and resolves when the next item is shown; `onDraft` gets the item and each text that a person types.
 */
export function createConfirmForm({ prefix, keep, check, save, onConfirmed, onDraft }) {
  let item = null, proposed = "";
  // While an amount is entered, what a person types is for the next item, and so is one more Enter.
  let entering = false, isEnterAhead = false, isTypedAhead = false;

  const typed = createTypedAmount({
    prefix, check: (text) => check(item, text), onEnter: () => confirmTyped(),
    onTyped: (text) => { if (!entering) take(text); },
    onMeaning: (meaning) => {
      button.disabled = !meaning;
      learning.update(item, meaning);
    },
  });
  const { input } = typed;
  const take = (text) => {
    onDraft(item, text);
    typed.put(text);
  };
  const enter = async (confirmed, text) => {
    input.value = "";
    const meaning = await typed.meaning();
    if (item !== confirmed) return;
    button.disabled = true;
    const place = learning.placeToKeep(confirmed, meaning.amount), kept = place !== null;
    const answer = meaning.refused !== undefined ? meaning : kept ? await save(confirmed, text, place)
      : { amount: meaning.amount, said: `${confirmed.name} is entered as ${meaning.means}.` };
    if (answer.amount) await onConfirmed(confirmed, answer.amount, kept);
    if (item !== confirmed) return; // the next one is shown
    input.value = text; // there is no next one for what was typed ahead
    isEnterAhead = false;
    if (!answer.amount) return typed.judge(answer);
    proposed = text;
    button.disabled = false;
    typed.say(`✓ ${answer.said}`, "pml-done");
  };
  const confirmTyped = async () => {
    isEnterAhead = entering;
    if (entering) return;
    entering = true;
    await enter(item, input.value);
    entering = false;
    if (isEnterAhead) confirmTyped();
  };

  const button = createElement("button", { type: "submit", className: "pml-button pml-primary", textContent: "Confirm" });
  const learning = createLearningChoice({ prefix, keep });
  const element = createElement(
    "form", { className: "pml-form", on: { submit: (event) => { event.preventDefault(); confirmTyped(); } } },
    createElement("label", { for: input.id, textContent: "What does the picture show? Confirm or correct." }),
    createRow(input, button), typed.message,
    learning.element,
  );

  const update = (shown) => {
    const ahead = entering && shown !== item ? input.value : "";
    item = shown;
    proposed = item.saved ?? item.answer.value ?? item.answer.text;
    isTypedAhead = ahead !== "";
    if (isTypedAhead) take(ahead);
    else typed.put(item.draft ?? proposed);
  };
  const focus = () => {
    input.focus({ preventScroll: true });
    if (!isTypedAhead) input.select();
    isTypedAhead = false;
  };
  const choose = (text) => {
    take(text);
    focus();
  };
  return {
    element, update, take: choose, focus, isChanged: () => input.value !== proposed, destroy: () => element.remove(),
  };
}
