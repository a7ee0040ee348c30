import { createAnswer } from "./answer.js";
import { KernelChannel } from "./connection.js";
import { createDrawing } from "./drawing.js";
import { createButton, createElement } from "./elements.js";
import { createFormChoice } from "./form_choice.js";
import { createItems } from "./items.js";
import { createKindSwitch } from "./kind_switch.js";
import { createProgressBar, createStatus, createWaitingCount, createWarnings } from "./progress.js";
import { createShortcuts } from "./shortcuts.js";
import { createTable } from "./table.js";
import { createTheme } from "./theme.js";
import { createSamples, createUploader } from "./uploader.js";

/**
 * Create the panel of one notebook view.
 *
 * The panel shows images and sends them; `payment_ml.app.service` decides what they say. `model` is the widget's:
 * `kinds`, `limit`, `samples`, `profiles`, `profile` and `waiting`, and the messages to and from the kernel.
 */
function createPanel(model) {
  const kinds = model.get("kinds"), limit = model.get("limit");
  const prefix = `pml-${Math.random().toString(36).slice(2)}`; // one page can hold several panels
  const element = createElement("div", { className: "pml", "data-lm-suppress-shortcuts": "true" });

  // On a touch screen the keyboard would cover the picture.
  const focusAnswer = () => { if (matchMedia("(pointer: fine)").matches) answer.focus(); };
  const channel = new KernelChannel(model);
  const bar = createProgressBar();
  const status = createStatus();
  const warnings = createWarnings();
  const formChoice = createFormChoice({
    profiles: model.get("profiles"), chosen: model.get("profile"), prefix, onChange: () => items.rereadAll(),
  });
  const items = createItems({
    channel, limit, kind: kinds[0], currentProfile: () => formChoice.value,
    onProgress: (progress) => { bar.update(progress); status.update(progress); },
    onWarning: warnings.update,
    onList: (all) => { startOver.hidden = all.length === 0; table.update(all); },
    onShow: (item, count) => {
      table.mark(item);
      if (item) kindSwitch.update(item.kind);
      return answer.update(item, count > 1).then(focusAnswer);
    },
  });

  const kindSwitch = createKindSwitch({ kinds, prefix, onChange: items.setKind });
  const drawing = createDrawing({ id: `${prefix}-draw`, onDrawing: items.readDrawing });
  const uploader = createUploader({ panel: element, limit, extraButton: drawing.button, onFiles: items.read });
  const samples = createSamples({ samples: model.get("samples"), onFiles: items.read });
  const answer = createAnswer({
    prefix,
    onSelect: (item, box) => items.reread(item, { box }),
    check: ({ kind, profile }, typed) => channel.ask({ do: "check", typed, kind, profile }),
    save: ({ name, kind, profile, box, blob }, typed) =>
      channel.ask({ do: "save", name, kind, profile, box, typed }, blob),
    onSaved: (item, text) => {
      const next = table.nextOpen(item); // before the saved one sinks
      items.markSaved(item, text);
      if (next) items.show(next);
    },
  });
  const table = createTable({
    prefix,
    onOpen: (item) => { items.show(item); answer.element.scrollIntoView({ block: "nearest" }); },
  });
  const move = (step) => {
    const item = table.neighbour(items.shown, step);
    if (item) items.show(item);
  };
  const shortcuts = createShortcuts({
    panel: element, isTextChanged: answer.isChanged,
    actions: {
      next: () => move(1), previous: () => move(-1), rotate: items.rotate, undo: items.undo, choose: answer.choose,
    },
  });
  const startOver = createButton("Start over", items.clear, { hidden: true });
  const waiting = createWaitingCount(model);
  const theme = createTheme(element);

  const choices = kinds.length > 1 ? [kindSwitch] : [];
  const above = [...choices, formChoice, uploader, drawing, samples, bar, status, warnings];
  const queue = createElement("div", { className: "pml-queue" }, table.element, answer.element);
  element.append(...above.map((part) => part.element), queue, shortcuts.element, startOver, waiting.element);
  const parts = [...above, answer, table, shortcuts, waiting, theme, channel];
  const destroy = () => parts.forEach((part) => part.destroy());
  return { element, destroy };
}

/** Show the panel in a view of the widget; the result ends it. */
function render({ model, el }) {
  const panel = createPanel(model);
  el.replaceChildren(panel.element);
  return panel.destroy;
}

export default { render };
