"""Show the upload-and-predict panel in notebooks and in Voila."""

import base64
import csv
import logging
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from payment_ml.app import panel_script, service, spreadsheets
from payment_ml.feedback.store import FeedbackStore
from payment_ml.recognition.reader import Reader
from payment_ml.recognition.readers import find_champion, load_amount_reader, load_digit_classifier
from payment_ml.tasks import TASK_OF_WORD, Task

_log = logging.getLogger(__name__)


class Panel(anywidget.AnyWidget):
    """Represent the panel: choose, drop, paste or draw images, see their amounts, and save corrections.

    The page runs the modules in panel/. It sends numbered questions, `{"id", "do": ..., ...}` where `do` is "read",
    "page", "check", "save", "undo", "workbook" or "ping", with the image as a buffer, and receives `{"id", "answer"}`,
    the answer of the service, with the file that it asked for as a buffer. The panel keeps no image.

    Parameters
    ----------
    prediction_service : answers the questions
    samples_dir : images to try, with a truth.csv that lists them; None shows no samples
    keep : whether confirmed amounts are also kept for learning unless a person chooses otherwise
    decimal_mark : of exported amounts where a person has chosen none: "." or ","; empty: as the browser's language
    theme : where a person has chosen none: "light" or "dark"; empty: as the page around it or the system
    """

    _esm = panel_script.join_modules()
    _css = panel_script.FOLDER / "panel.css"

    kinds = traitlets.List(traitlets.Unicode()).tag(sync=True)  # of image that can be read: "amount", "digit"
    limit = traitlets.Int(service.MAX_BYTES).tag(sync=True)  # bytes of an image
    samples = traitlets.List(traitlets.Dict()).tag(sync=True)  # images to try: `name`, and `picture` as a data URL
    profiles = traitlets.List(traitlets.Unicode()).tag(sync=True)  # names of kinds of form; "" is any form
    profile = traitlets.Unicode().tag(sync=True)  # that is chosen where a person has chosen none
    waiting = traitlets.Int().tag(sync=True)  # corrections that wait for the next retraining
    versions = traitlets.List(traitlets.Unicode()).tag(sync=True)  # that read, by name
    keep = traitlets.Bool(True).tag(sync=True)
    decimal_mark = traitlets.Enum(("", ".", ","), "").tag(sync=True)
    theme = traitlets.Enum(("", "light", "dark"), "").tag(sync=True)

    def __init__(
        self,
        prediction_service: service.PredictionService,
        samples_dir: Path | None = None,
        keep: bool = True,
        decimal_mark: str = "",
        theme: str = "",
    ):
        super().__init__(
            kinds=[kind for kind, task in TASK_OF_WORD.items() if task in prediction_service.tasks],
            profiles=prediction_service.profiles,
            profile=prediction_service.profile,
            versions=prediction_service.versions,
            waiting=prediction_service.waiting,
            samples=[] if samples_dir is None else _load_samples(samples_dir),
            keep=keep,
            decimal_mark=decimal_mark,
            theme=theme,
        )
        self._service = prediction_service
        self.on_msg(self._reply)

    def answer(self, question: dict[str, Any], content: bytes) -> dict[str, Any]:
        """Answer a question of the page.

        Parameters
        ----------
        question : `do`, and depending on it: `kind`, `profile`, `name`, `page`, `box`, `typed`, `rows`
        content : of the image file; empty where no image is asked about

        Raises
        ------
        KeyError : a question that the page never asks
        """
        action = question["do"]
        if action == "ping":
            return {}
        if action == "workbook":
            return {"file": spreadsheets.workbook(question["rows"])}
        name = str(question.get("name"))
        if action == "page":
            return self._service.page(content, name, int(question["page"]))
        if question["kind"] not in self.kinds:
            raise KeyError(question["kind"])
        task, profile, box = TASK_OF_WORD[question["kind"]], question.get("profile"), question.get("box")
        if action == "check":
            return self._service.check(question["typed"], task, profile)
        if action == "read":
            return self._service.read(content, name, task, box, profile)
        if action == "save":
            answer = self._service.save(content, name, task, question["typed"], box, profile)
        elif action == "undo":
            answer = self._service.undo(content, name, box)
        else:
            raise KeyError(action)
        self.waiting = self._service.waiting
        return answer

    def _reply(self, _: Any, question: dict[str, Any], buffers: list[memoryview]) -> None:
        """Send the answer to a question; ipywidgets hides exceptions in callbacks, so any failure is answered too."""
        try:
            answer = self.answer(question, bytes(buffers[0]) if buffers else b"")
        except Exception:  # noqa: BLE001 - it is logged; without an answer the page would wait until its timeout
            _log.exception("the panel failed on the question %r", {**question, "typed": "..."})
            answer = {"refused": "expected an answer, but the reader failed; the log of the kernel says why"}
        files = {key: value for key, value in answer.items() if isinstance(value, bytes)}
        plain = {key: value for key, value in answer.items() if key not in files}
        self.send({"id": question.get("id"), "answer": plain, "files": list(files)}, buffers=list(files.values()))


def open_panel(
    models_dir: Path,
    feedback_dir: Path,
    samples_dir: Path | None = None,
    profile: str | None = None,
    keep: bool = True,
    decimal_mark: str = "",
    theme: str = "",
) -> Panel:
    """Open a panel that reads with the champions of a models folder.

    Parameters
    ----------
    models_dir : folder of versions
    feedback_dir : where corrections are saved
    samples_dir : as for `Panel`
    profile : of the form that the page chooses at first: a name in profiles/, or the path of a TOML file; None: any
    keep, decimal_mark, theme : as for `Panel`

    Raises
    ------
    ProfileError : there is no such profile
    RegistryError : there is no champion of amounts, or a network is not the one that its metadata describes
    """
    readers: dict[Task, Reader] = {Task.AMOUNTS: load_amount_reader(models_dir, profile=profile)}
    if find_champion(Task.DIGITS, models_dir) is not None:
        readers[Task.DIGITS] = load_digit_classifier(models_dir)
    prediction_service = service.PredictionService(readers, FeedbackStore(feedback_dir))
    return Panel(prediction_service, samples_dir, keep, decimal_mark, theme)


def _load_samples(folder: Path) -> list[dict[str, str]]:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        names = [row["file"] for row in csv.DictReader(file)]
    return [{"name": name, "picture": _data_url(folder / name)} for name in names]


def _data_url(path: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode("ascii")
