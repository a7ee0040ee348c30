import { createButton, createElement } from "./elements.js";

// Key, key within a text box, and what it does in words.
const SHORTCUTS = [
  ["Enter", "Enter", "confirm, and open the next picture to check"],
  ["1 to 9", "Alt+1 to Alt+9", "take one of the amounts that the picture may show, or that were found on the page"],
  ["J", "Alt+Down", "open the next picture"],
  ["K", "Alt+Up", "open the picture before"],
  ["R", "Alt+R", "turn the picture by a quarter, and read it again"],
  ["Ctrl+Z", "Ctrl+Z", "take the last confirmation back"],
  ["+ - 0", "", "on the picture: zoom in, zoom out, show all of it"],
  ["?", "", "show or hide these keys"],
];
const ARROW_ACTIONS = { ArrowDown: "next", ArrowUp: "previous" };
const LETTER_ACTIONS = { j: "next", k: "previous", r: "rotate", "?": "help" };

/** Return the action that a key asks for and its number, if it has one; null for any other key. */
function findAction(event, inTextBox, isTextChanged) {
  const { key, code, altKey, ctrlKey, metaKey } = event;
  if ((ctrlKey || metaKey) && key.toLowerCase() === "z" && !event.shiftKey) {
    return inTextBox && isTextChanged() ? null : ["undo"]; // otherwise the browser takes back what was typed
  }
  if (ctrlKey || metaKey || (inTextBox && !altKey)) return null;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(code);
  if (digit) return ["choose", Number(digit[1])];
  if (altKey && key in ARROW_ACTIONS) return [ARROW_ACTIONS[key]];
  if (altKey && code === "KeyR") return ["rotate"];
  const action = altKey ? undefined : LETTER_ACTIONS[key.toLowerCase()];
  return action ? [action] : null;
}

/** Return whether a person types text into an element. */
function isTextBox(element) {
  return element.matches("select, textarea, [contenteditable], input:not([type=radio], [type=checkbox], [type=file])");
}

/**
 * Listen for the keys of the queue within `panel`, and create the list that explains them.
 *
 * `actions` are `next`, `previous`, `rotate`, `undo` and `choose`, which gets a number from 1; `isTextChanged` says
 * whether the text box holds anything else than what was put there.
 */
export function createShortcuts({ panel, actions, isTextChanged }) {
  const rows = SHORTCUTS.map(([key, inBox, words]) => createElement(
    "tr", {}, createElement("td", {}, createElement("kbd", { textContent: key })),
    createElement("td", {}, inBox && createElement("kbd", { textContent: inBox })), createElement("td", {}, words),
  ));
  const heading = createElement(
    "tr", {}, ...["Key", "In the text box", "What it does"].map((text) => createElement("th", { scope: "col" }, text)),
  );
  const list = createElement("table", { className: "pml-keys", hidden: true }, heading, ...rows);
  const toggle = () => {
    list.hidden = !list.hidden;
    button.setAttribute("aria-expanded", String(!list.hidden));
  };
  const button = createButton("Keys ?", toggle, { "aria-expanded": "false" });
  const element = createElement("div", { className: "pml-help" }, button, list);

  const listen = (event) => {
    const found = findAction(event, isTextBox(event.target), isTextChanged);
    if (!found) return;
    const [name, number] = found;
    event.preventDefault();
    event.stopPropagation();
    ({ ...actions, help: toggle })[name](number);
  };
  panel.addEventListener("keydown", listen);
  return { element, destroy: () => panel.removeEventListener("keydown", listen) };
}
