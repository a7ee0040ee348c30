import { createElement } from "./elements.js";

/**
 * Create the text box of an amount, and `message`, the line that says what its text means.
 *
 * `check(text)` asks the kernel. `onTyped` gets each text that a person types, `onMeaning` what it means, or null while
 * that is not known or where it means nothing; `onEnter` is called for the key. `meaning()` resolves to what the text
 * means: `amount` and `means`, or `refused`.
 */
export function createTypedAmount({ prefix, check, onTyped, onMeaning, onEnter }) {
  let checks = 0, checking = null;

  const say = (text, kind = "") => {
    message.className = `pml-means ${kind}`;
    message.textContent = text;
  };
  const judge = (answer) => {
    input.setAttribute("aria-invalid", answer.refused ? "true" : "false");
    say(answer.means ? `Will be entered as ${answer.means}.` : answer.refused, answer.refused ? "pml-invalid" : "");
    onMeaning(answer.means ? answer : null);
    return answer;
  };
  const ask = async (text) => {
    const number = ++checks;
    onMeaning(null);
    if (!text.trim()) return judge({ refused: "" });
    const answer = await check(text);
    return number === checks ? judge(answer) : answer; // otherwise more was typed meanwhile
  };
  const input = createElement("input", {
    type: "text", className: "pml-typed", inputMode: "decimal", id: `${prefix}-typed`, autocomplete: "off", spellcheck: false,
    "aria-describedby": `${prefix}-means`,
    on: {
      input: () => onTyped(input.value),
      keydown: (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        event.stopPropagation(); // JupyterLab has shortcuts with Enter
        onEnter();
      },
    },
  });
  const message = createElement("p", { className: "pml-means", id: `${prefix}-means`, role: "status" });

  /** Put a text into the box, and ask what it means. */
  const put = (text) => {
    input.value = text;
    say("");
    checking = ask(text);
  };
  return { input, message, say, judge, put, meaning: () => checking };
}
