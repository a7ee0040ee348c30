/**
 * Create an HTML element.
 *
 * `properties` are set as properties; names with a dash, `role` and `for` are set as attributes, and `on` maps event
 * names to listeners. Children that are null are left out.
 */
export function createElement(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name.includes("-") || name === "role" || name === "for") node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

/** Create a button that calls `onClick`; `properties` as in `createElement`. */
export function createButton(textContent, onClick, properties = {}) {
  return createElement("button", {
    type: "button", className: "pml-button", textContent, ...properties, on: { click: onClick },
  });
}

/** Create a row of elements that wraps where there is little room. */
export function createRow(...children) {
  return createElement("div", { className: "pml-row" }, ...children);
}

/** Create a line of small grey text. */
export function createHint(text) {
  return createElement("span", { className: "pml-small" }, text);
}

/**
 * Create a row of radio buttons that look like one switch.
 *
 * `options` are pairs of a value and its label, the first of which is chosen at first; `legend` is for screen readers;
 * `onChange` gets the value that a person chose. Returns the fieldset, and the radio button and label of each value.
 */
export function createRadioGroup({ name, legend, options, onChange, className = "" }) {
  const radios = new Map(), labels = new Map();
  for (const [value, label] of options) {
    const radio = createElement("input", {
      type: "radio", name, value, checked: value === options[0][0], id: `${name}-${value}`,
      on: { change: () => onChange(value) },
    });
    radios.set(value, radio);
    labels.set(value, createElement("label", { for: radio.id, textContent: label }));
  }
  const element = createElement(
    "fieldset", { className: `pml-kinds ${className}` },
    createElement("legend", { className: "pml-hidden", textContent: legend }),
    ...options.flatMap(([value]) => [radios.get(value), labels.get(value)]),
  );
  return { element, radios, labels };
}
