import { createElement } from "./elements.js";

const SYSTEM = ""; // the choice that leaves a setting to the operator, the system or the browser

/** Return what a person chose before in this browser; null when nothing, or where the browser stores nothing. */
function recallChoice(key, values) {
  try {
    const value = localStorage.getItem(key);
    return values.includes(value) ? value : null;
  } catch {
    return null;
  }
}

function rememberChoice(key, value) {
  try { localStorage.setItem(key, value); } catch { /* the choice then lasts as long as the page */ }
}

/**
 * Create a choice that the browser remembers.
 *
 * `options` are pairs of a value and its label; `offered` is the operator's choice, which holds where a person has made
 * none. `onChange` gets the value that a person chose.
 */
function createChoice({ key, label, options, offered, prefix, onChange }) {
  const storageKey = `payment-ml.${key}`;
  const value = recallChoice(storageKey, options.map(([name]) => name)) ?? offered;
  const select = createElement("select", {
    id: `${prefix}-${key}`, className: "pml-select",
    on: { change: () => { rememberChoice(storageKey, select.value); onChange(select.value); } },
  }, ...options.map(([name, text]) => createElement("option", { value: name, textContent: text, selected: name === value })));
  const element = createElement("div", { className: "pml-row" }, createElement("label", { for: select.id, textContent: label }), select);
  return { element, get value() { return select.value; }, destroy: () => element.remove() };
}

/** Create the choice of the kind of form on which the amounts stand; "" is any form. */
export function createFormChoice({ profiles, offered, prefix, onChange }) {
  const options = profiles.map((name) => [name, name ? name.replaceAll("-", " ") : "any form"]);
  return createChoice({ key: "profile", label: "Kind of form", options, offered, prefix, onChange });
}

/** Return the decimal mark of the browser's language. */
function markOfLanguage() {
  return new Intl.NumberFormat(navigator.language).formatToParts(1.5).find(({ type }) => type === "decimal").value;
}

/**
 * Create the folded settings: decimal mark of what is taken out, and theme.
 *
 * `offered` has the operator's `decimalMark` and `theme`; `onTheme` is called after a person chose a theme.
 */
export function createSettings({ offered, prefix, onTheme }) {
  const mark = createChoice({
    key: "decimal-mark", label: "Decimal mark of files and copies", prefix, offered: offered.decimalMark, onChange: () => {},
    options: [[SYSTEM, `as this browser's language: ${markOfLanguage()}`], [".", "point: 1234.50"], [",", "comma: 1234,50"]],
  });
  const theme = createChoice({
    key: "theme", label: "Theme", prefix, offered: offered.theme, onChange: onTheme,
    options: [[SYSTEM, "as the system"], ["light", "light"], ["dark", "dark"]],
  });
  const element = createElement(
    "details", { className: "pml-settings" }, createElement("summary", { textContent: "Settings" }), mark.element, theme.element,
  );
  return {
    element, decimalMark: () => mark.value || markOfLanguage(), theme: () => theme.value, destroy: () => element.remove(),
  };
}
