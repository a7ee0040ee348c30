import { createButton, createElement, createHint } from "./elements.js";
import { foundAmounts } from "./found_amounts.js";
import { formatConfidence } from "./format.js";

const MAX_KEYS = 9;

/** Return the other amounts that the writing at one place may show; none where a person has nothing to choose from. */
function otherChoices({ answer: { choices, value }, kind }) {
  const isSettled = choices.length === 1 && choices[0].confidence !== null; // it stands in the text box already
  if (isSettled) return [];
  // Of a document, the first one has a button of its own among the amounts that were found.
  return kind === "document" && value !== null ? choices.slice(1) : choices;
}

/**
 * Create the buttons of the amounts that an image may show.
 *
 * `onChoose` gets the text of the one that a person chose, `onFound` the index of one that was found on a document.
 * `choose(number)` chooses one as its key does, from 1.
 */
export function createChoices({ onChoose, onFound }) {
  let actions = [];
  const element = createElement("div", {
    className: "pml-row pml-choices", role: "group", "aria-label": "Amounts that the picture may show",
  });
  const choose = (number) => actions[number - 1]?.();
  const createChoice = ({ text, confidence, action, isChosen }) => {
    if (actions.length === MAX_KEYS) return null;
    const number = actions.push(action), pressed = isChosen === undefined ? {} : { "aria-pressed": String(isChosen) };
    const button = createButton("", () => choose(number), {
      className: "pml-button pml-choice", title: confidence === null ? "" : `${formatConfidence(confidence)} sure`,
      "aria-keyshortcuts": `Alt+${number}`, ...pressed,
    });
    button.append(createElement("kbd", { "aria-hidden": "true", textContent: number }), text);
    return button;
  };
  const update = (item) => {
    actions = [];
    const found = foundAmounts(item).map(({ shown, text, confidence }, i) => createChoice({
      text: shown || text, confidence, action: () => onFound(i), isChosen: i === item.answer.chosen,
    }));
    const others = otherChoices(item).map(({ text, confidence, typed }) => createChoice({
      text, confidence, action: () => onChoose(typed),
    }));
    const hints = [found.length && "Found on the page:", found.length && others.length && "This one may also be:"];
    const [first, second] = hints.map((text) => (text ? [createHint(text)] : []));
    element.replaceChildren(...[...first, ...found, ...second, ...others].filter(Boolean));
    element.hidden = !actions.length;
  };
  return { element, update, choose, destroy: () => element.remove() };
}
