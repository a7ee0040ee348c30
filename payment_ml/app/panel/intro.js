import { createElement } from "./elements.js";

const STEPS = [
  "The line of writing is found in the picture, levelled, and read from left to right by a neural network.",
  "Where the network is in doubt, it looks again: larger, smaller, and cut out in other ways.",
  "Its confidence is calibrated: of all amounts that it is 90% sure of, nine in ten are right. That was measured on pictures "
    + "made for the purpose; on other handwriting fewer may be right.",
  "An amount is accepted where the confidence is high enough for the risk that was chosen, and nothing else speaks against it. "
    + "Everything else is for a person to check.",
  "On a whole cheque, slip or bill, or a page of a PDF, the amount is found first. A person always checks that it is the one "
    + "to pay, or chooses another one, unless the form says where it stands.",
  "A confirmed amount goes into the table. Where it is also kept for learning, its picture is stored, of a document the amount "
    + "alone, and the next retraining learns from it.",
  "Until you start over, the pictures and amounts are kept in this browser, for at most a week.",
];

/** Create the title of a page of its own, with a folded explanation; `versions` name the networks that read. */
export function createIntro({ versions }) {
  const element = createElement(
    "header", { className: "pml-intro" },
    createElement("h1", {}, "Payment ML"),
    createElement("p", {}, "Reads handwritten amounts from pictures, and says which ones a person should check."),
    createElement(
      "details", {}, createElement("summary", { textContent: "How it works" }),
      createElement("ol", {}, ...STEPS.map((step) => createElement("li", { textContent: step }))),
      createElement("p", { className: "pml-small", textContent: `Read by ${versions.join(" and ")}.` }),
    ),
  );
  return { element, destroy: () => element.remove() };
}
