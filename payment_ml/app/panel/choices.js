import { createButton, createElement } from "./elements.js";
import { formatConfidence } from "./format.js";

/**
 * Create the buttons of the amounts that an image may show; `onChoose` gets the text of the one that a person chose.
 *
 * `choose(number)` chooses one as its key does, from 1.
 */
export function createChoices({ onChoose }) {
  let shown = [];
  const element = createElement("div", {
    className: "pml-row pml-choices", role: "group", "aria-label": "Amounts that the picture may show",
  });
  const choose = (number) => { if (shown[number - 1]) onChoose(shown[number - 1].typed); };
  const update = ({ choices }) => {
    const isSettled = choices.length === 1 && choices[0].confidence !== null; // it stands in the text box already
    shown = isSettled ? [] : choices;
    element.hidden = !shown.length;
    element.replaceChildren(...shown.map(({ text, confidence }, i) => createButton("", () => choose(i + 1), {
      className: "pml-button pml-choice", title: confidence === null ? "" : `${formatConfidence(confidence)} sure`,
      "aria-keyshortcuts": `Alt+${i + 1}`,
    })));
    shown.forEach(({ text }, i) => element.children[i].append(
      createElement("kbd", { "aria-hidden": "true", textContent: i + 1 }), text,
    ));
  };
  return { element, update, choose, destroy: () => element.remove() };
}
