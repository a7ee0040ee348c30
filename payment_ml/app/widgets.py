"""The upload-and-predict panel, for notebooks and for Voila."""

import base64
import csv
import logging
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from payment_ml.app import panel_script, service
from payment_ml.feedback.store import FeedbackStore
from payment_ml.recognition.readers import load_amount_reader, load_digit_classifier
from payment_ml.registry.registry import Registry

_log = logging.getLogger(__name__)


class Panel(anywidget.AnyWidget):
    """Choose, drop, paste or draw pictures; see what they say and how sure that is; save what they really say.

    The browser's half is panel.js. It sends numbered questions, `{"id", "do": "read" | "check" | "save", ...}` with the
    picture as a buffer, and gets `{"id", "answer"}` from the desk. Nothing of a picture is kept here.
    """

    _esm = panel_script.join_modules()
    _css = panel_script.FOLDER / "panel.css"

    kinds = traitlets.List(traitlets.Unicode()).tag(sync=True)  # what can be read: "amount", "digit"
    limit = traitlets.Int(service.MAX_BYTES).tag(sync=True)  # bytes of a picture
    samples = traitlets.List().tag(sync=True)  # pictures to try: name, and picture as a data URL
    waiting = traitlets.Int().tag(sync=True)  # corrections that the next retraining finds

    def __init__(self, behind: service.PredictionService, samples_dir: Path | None = None):
        """Show what `behind` can do; `samples_dir` holds pictures and their truth.csv, None shows no samples."""
        super().__init__(
            kinds=behind.kinds, waiting=behind.waiting, samples=[] if samples_dir is None else _samples(samples_dir)
        )
        self._desk = behind
        self.on_msg(self._asked)

    def _asked(self, _: Any, question: dict[str, Any], buffers: list[memoryview]) -> None:
        """Thin, since ipywidgets hides what a callback raises: whatever happens, the page gets an answer."""
        try:
            answer = self.answer(question, bytes(buffers[0]) if buffers else b"")
        except Exception:  # noqa: BLE001 - a fault of ours, logged; without an answer the page would wait for ever
            _log.exception("the panel failed on the question %r", {**question, "typed": "..."})
            answer = {"refused": "expected an answer, but the reader failed; the log of the kernel says why"}
        self.send({"id": question.get("id"), "answer": answer})

    def answer(self, question: dict[str, Any], content: bytes) -> dict[str, Any]:
        """The desk's answer to a question of the page.

        Parameters
        ----------
        question : `do`, and what that needs: `kind`, `name`, `box`, `typed`
        content : of the picture; empty for "check"

        Raises
        ------
        KeyError : a question that no page of ours asks
        """
        kind = question["kind"]
        if kind not in self.kinds:
            raise KeyError(kind)
        if question["do"] == "check":
            return self._desk.check(question["typed"], kind)
        name, box = str(question["name"]), question.get("box")
        if question["do"] == "read":
            return self._desk.read(content, name, kind, box)
        if question["do"] == "save":
            answer = self._desk.save(content, name, kind, question["typed"], box)
            self.waiting = self._desk.waiting
            return answer
        raise KeyError(question["do"])


def open_panel(models_dir: Path, feedback_dir: Path, samples_dir: Path | None = None) -> Panel:
    """A panel with the champions of a models folder, which saves into a folder of corrections.

    Raises
    ------
    RegistryError : amounts have no champion yet, or a network is not what its card describes
    """
    readers = {"amount": load_amount_reader(models_dir)}
    if Registry(models_dir).champion("digits") is not None:
        readers["digit"] = load_digit_classifier(models_dir)
    return Panel(service.PredictionService(readers, FeedbackStore(feedback_dir)), samples_dir)


def _samples(folder: Path) -> list[dict[str, str]]:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        names = [row["file"] for row in csv.DictReader(file)]
    return [
        {
            "name": name,
            "picture": "data:image/png;base64," + base64.b64encode((folder / name).read_bytes()).decode("ascii"),
        }
        for name in names
    ]
