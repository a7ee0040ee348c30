import { createAnswer } from "./answer.js";
import { createAskingButton } from "./ask_first.js";
import { openBrowserStore } from "./browser_store.js";
import { KernelChannel } from "./connection.js";
import { createConnectionBanner } from "./connection_banner.js";
import { createDrawing } from "./drawing.js";
import { createElement, createRow } from "./elements.js";
import { createExports } from "./exports.js";
import { downloadForm, isFormOffered } from "./form_file.js";
import { createIntro } from "./intro.js";
import { isWorthAsking } from "./item_status.js";
import { createItems } from "./items.js";
import { createKindSwitch } from "./kind_switch.js";
import { createProgressBar, createStatus, createWaitingCount, createWarnings } from "./progress.js";
import { createFormChoice, createSettings } from "./settings.js";
import { createShortcuts } from "./shortcuts.js";
import { isWholePage } from "./surroundings.js";
import { createTable } from "./table.js";
import { createTheme } from "./theme.js";
import { createSamples, createUploader } from "./uploader.js";

/** Create what stands above the list: the title of a whole page, choices, and the ways to bring pictures. */
function createInputs({ model, element, prefix, items, onTheme }) {
  const get = (name) => model.get(name), kinds = get("kinds");
  const kindSwitch = createKindSwitch({ kinds, kind: get("kind"), prefix, onChange: (kind) => items().setKind(kind) });
  const formChoice = createFormChoice({
    profiles: get("profiles"), offered: get("profile"), prefix, onChange: () => items().rereadAll(),
  });
  const settings = createSettings({ offered: { decimalMark: get("decimal_mark"), theme: get("theme") }, prefix, onTheme });
  const drawing = createDrawing({ id: `${prefix}-draw`, onDrawing: (blob) => items().readDrawing(blob) });
  const onFiles = (files) => items().read(files);
  const uploader = createUploader({ panel: element, limit: get("limit"), extraButton: drawing.button, onFiles });
  const samples = createSamples({ samples: get("samples"), onFiles });
  const intro = isWholePage() ? [createIntro({ versions: get("versions") })] : [];
  const choices = [...(kinds.length > 1 ? [kindSwitch] : []), formChoice, settings];
  const elements = [
    ...intro.map((part) => part.element), createRow(...choices.map((part) => part.element)),
    uploader.element, drawing.element, samples.element,
  ];
  return { elements, parts: [...intro, ...choices, uploader, drawing, samples], kindSwitch, formChoice, settings };
}

/** Create the list of pictures and the answer to the one that is shown, with their keys. */
function createQueue({ model, element, prefix, channel, items, settings, onWarning }) {
  const answer = createAnswer({
    forPreview: {
      onSelect: (item, box) => items().reread(item, { box }), onFound: (index) => items().choose(index),
      onForm: (item) => downloadForm(item, { channel, onWarning }),
      isFormOffered: (item) => isFormOffered(item, items().all),
      onSameBox: (item) => items().useBoxForAll(item), countSameSize: (item) => items().countSameSize(item),
    },
    forForm: {
      prefix, keep: model.get("keep"),
      check: ({ kind, profile }, typed) => channel.ask({ do: "check", typed, kind, profile }),
      save: ({ name, kind, profile, blob, answer: { turned } }, typed, { box }) =>
        channel.ask({ do: "save", name, kind, profile, turned, box, typed }, blob),
      onConfirmed: (item, amount, kept) => {
        const next = table.nextOpen(item); // before the confirmed one sinks
        items().confirm([[item, amount]], kept);
        return next && items().show(next);
      },
      onDraft: (item, text) => items().setDraft(item, text),
    },
  });
  const exports = createExports({
    allItems: () => items().all, shownItems: () => table.shown(), decimalMark: settings.decimalMark,
    makeWorkbook: (rows) => channel.ask({ do: "workbook", rows }), onExported: () => items().markDownloaded(),
  });
  // Many at once are never kept for learning: nobody has looked at each of them.
  const onConfirm = (shown) => items().confirm(shown.map((item) => [item, item.answer.value]), false);
  const table = createTable({
    prefix, exports: exports.element, onConfirm,
    onOpen: (item) => { items().show(item); answer.element.scrollIntoView({ block: "nearest" }); },
  });
  const move = (step) => {
    const item = table.neighbour(items().shown, step);
    if (item) items().show(item);
  };
  const shortcuts = createShortcuts({
    panel: element, isTextChanged: answer.isChanged,
    actions: {
      next: () => move(1), previous: () => move(-1), rotate: () => items().rotate(), undo: () => items().undo(),
      choose: answer.choose,
    },
  });
  const both = createElement("div", { className: "pml-queue" }, table.element, answer.element);
  return { element: both, answer, table, shortcuts, parts: [answer, table, exports, shortcuts] };
}

/** Create the button that empties the list, after a question where work would be lost. */
function createStartOver({ items }) {
  const question = () => (isWorthAsking(items().all)
    ? "Confirmed amounts and readings were not downloaded. Start over without them?" : null);
  return createAskingButton({ label: "Start over", yes: "Discard them", question, onYes: () => items().clear() });
}

/**
 * Create the panel of one notebook view.
 *
 * The panel shows images and sends them; `payment_ml.app.service` decides what they say. `model` is the widget's:
 * its traits, and the messages to and from the kernel. `store` keeps the items in the browser.
 */
function createPanel(model, store) {
  const prefix = `pml-${Math.random().toString(36).slice(2)}`; // one page can hold several panels
  const element = createElement("div", { className: "pml", "data-lm-suppress-shortcuts": "true" });
  const items = () => list;
  const banner = createConnectionBanner({ isKept: () => store.isKept });
  const channel = new KernelChannel(model, banner.update);
  const inputs = createInputs({ model, element, prefix, items, onTheme: () => theme.update() });
  const bar = createProgressBar(), status = createStatus(), warnings = createWarnings();
  const queue = createQueue({
    model, element, prefix, channel, items, settings: inputs.settings, onWarning: warnings.update,
  });
  const startOver = createStartOver({ items });
  // On a touch screen the keyboard would cover the picture.
  const focusAnswer = () => { if (matchMedia("(pointer: fine)").matches) queue.answer.focus(); };
  const list = createItems({
    channel, limit: model.get("limit"), kind: model.get("kind"), currentProfile: () => inputs.formChoice.value, store,
    onProgress: (progress) => { bar.update(progress); status.update(progress); },
    onWarning: warnings.update,
    onList: (all) => {
      startOver.element.hidden = all.length === 0;
      element.classList.toggle("pml-busy", all.length > 0);
      queue.table.update(all);
    },
    onShow: (item, count) => {
      queue.table.mark(item);
      if (item) inputs.kindSwitch.update(item.kind);
      return queue.answer.update(item, count > 1).then(focusAnswer);
    },
  });
  startOver.element.hidden = true;
  const waiting = createWaitingCount(model);
  const theme = createTheme(element, inputs.settings.theme);

  element.append(
    banner.element, ...inputs.elements, bar.element, status.element, warnings.element, queue.element,
    queue.shortcuts.element, startOver.element, waiting.element,
  );
  list.restore(store.items);
  const parts = [banner, ...inputs.parts, bar, status, warnings, ...queue.parts, startOver, waiting, theme, channel, { destroy: store.close }];
  return { element, warnings, destroy: () => parts.forEach((part) => part.destroy()) };
}

/** Show the panel in a view of the widget; the result ends it. */
function render({ model, el }) {
  let panel = null, ended = false;
  const onFailure = () => panel?.warnings.update(
    "expected room for the pictures in this browser's storage, but there is none left; download the table before you close the page",
  );
  openBrowserStore({ onFailure }).then((store) => {
    if (ended) return store.close();
    panel = createPanel(model, store);
    el.replaceChildren(panel.element);
  });
  return () => {
    ended = true;
    panel?.destroy();
  };
}

export default { render };
