"""Show the upload-and-predict panel in notebooks and in Voila."""

import base64
import csv
import logging
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from payment_ml.app import panel_script, service
from payment_ml.feedback.store import FeedbackStore
from payment_ml.recognition.reader import Reader
from payment_ml.recognition.readers import find_champion, load_amount_reader, load_digit_classifier
from payment_ml.tasks import TASK_OF_WORD, Task

_log = logging.getLogger(__name__)


class Panel(anywidget.AnyWidget):
    """Represent the panel: choose, drop, paste or draw images, see their amounts, and save corrections.

    The page runs the modules in panel/. It sends numbered questions, `{"id", "do": ..., ...}` where `do` is "read",
    "check", "save" or "undo", with the image as a buffer, and receives `{"id", "answer"}`, the answer of the service.
    The panel keeps no image.

    Parameters
    ----------
    prediction_service : answers the questions
    samples_dir : images to try, with a truth.csv that lists them; None shows no samples
    """

    _esm = panel_script.join_modules()
    _css = panel_script.FOLDER / "panel.css"

    kinds = traitlets.List(traitlets.Unicode()).tag(sync=True)  # of image that can be read: "amount", "digit"
    limit = traitlets.Int(service.MAX_BYTES).tag(sync=True)  # bytes of an image
    samples = traitlets.List(traitlets.Dict()).tag(sync=True)  # images to try: `name`, and `picture` as a data URL
    profiles = traitlets.List(traitlets.Unicode()).tag(sync=True)  # names of kinds of form; "" is any form
    profile = traitlets.Unicode().tag(sync=True)  # that is chosen where a person has chosen none
    waiting = traitlets.Int().tag(sync=True)  # corrections that wait for the next retraining

    def __init__(self, prediction_service: service.PredictionService, samples_dir: Path | None = None):
        super().__init__(
            kinds=[kind for kind, task in TASK_OF_WORD.items() if task in prediction_service.tasks],
            profiles=prediction_service.profiles,
            profile=prediction_service.profile,
            waiting=prediction_service.waiting,
            samples=[] if samples_dir is None else _load_samples(samples_dir),
        )
        self._service = prediction_service
        self.on_msg(self._reply)

    def answer(self, question: dict[str, Any], content: bytes) -> dict[str, Any]:
        """Answer a question of the page.

        Parameters
        ----------
        question : `do`, `kind` and `profile`, and depending on `do`: `name`, `box`, `typed`
        content : of the image file; empty for "check"

        Raises
        ------
        KeyError : a question that the page never asks
        """
        action, kind = question["do"], question["kind"]
        if kind not in self.kinds:
            raise KeyError(kind)
        task, profile = TASK_OF_WORD[kind], question.get("profile")
        if action == "check":
            return self._service.check(question["typed"], task, profile)
        name, box = str(question["name"]), question.get("box")
        if action == "read":
            return self._service.read(content, name, task, box, profile)
        if action == "save":
            answer = self._service.save(content, name, task, question["typed"], box, profile)
            self.waiting = self._service.waiting
            return answer
        if action == "undo":
            answer = self._service.undo(content, name, box)
            self.waiting = self._service.waiting
            return answer
        raise KeyError(action)

    def _reply(self, _: Any, question: dict[str, Any], buffers: list[memoryview]) -> None:
        """Send the answer to a question; ipywidgets hides exceptions in callbacks, so any failure is answered too."""
        try:
            answer = self.answer(question, bytes(buffers[0]) if buffers else b"")
        except Exception:  # noqa: BLE001 - it is logged; without an answer the page would wait until its timeout
            _log.exception("the panel failed on the question %r", {**question, "typed": "..."})
            answer = {"refused": "expected an answer, but the reader failed; the log of the kernel says why"}
        self.send({"id": question.get("id"), "answer": answer})


def open_panel(
    models_dir: Path, feedback_dir: Path, samples_dir: Path | None = None, profile: str | None = None
) -> Panel:
    """Open a panel that reads with the champions of a models folder.

    Parameters
    ----------
    models_dir : folder of versions
    feedback_dir : where corrections are saved
    samples_dir : as for `Panel`
    profile : of the form that the page chooses at first: a name in profiles/, or the path of a TOML file; None: any

    Raises
    ------
    ProfileError : there is no such profile
    RegistryError : there is no champion of amounts, or a network is not the one that its metadata describes
    """
    readers: dict[Task, Reader] = {Task.AMOUNTS: load_amount_reader(models_dir, profile=profile)}
    if find_champion(Task.DIGITS, models_dir) is not None:
        readers[Task.DIGITS] = load_digit_classifier(models_dir)
    return Panel(service.PredictionService(readers, FeedbackStore(feedback_dir)), samples_dir)


def _load_samples(folder: Path) -> list[dict[str, str]]:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        names = [row["file"] for row in csv.DictReader(file)]
    return [{"name": name, "picture": _data_url(folder / name)} for name in names]


def _data_url(path: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode("ascii")
