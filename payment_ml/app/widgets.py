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
from payment_ml.recognition.readers import (
    document_versions,
    find_champion,
    load_amount_reader,
    load_digit_classifier,
    open_document_networks,
)
from payment_ml.tasks import DOCUMENT, TASK_OF_WORD, Task

_log = logging.getLogger(__name__)
_TASKS = {**TASK_OF_WORD, DOCUMENT: Task.AMOUNTS}  # of what reads a picture of a kind, or a part of it
_WHOLE_PAGE = (
    "expected the rectangle of the amount on {name}, but got the whole page, which is never kept for learning; "
    "choose one of the amounts that were found, or draw a rectangle"
)


class Panel(anywidget.AnyWidget):
    """Represent the panel: choose, drop, paste or draw images, see their amounts, and save corrections.

    The page runs the modules in panel/. It sends numbered questions, `{"id", "do": ..., ...}` where `do` is "read",
    "page", "check", "save", "undo", "workbook", "form" or "ping", with the image as a buffer, and receives
    `{"id", "answer"}`, the answer of the service, with the file that it asked for as a buffer. The panel keeps no
    image.

    Parameters
    ----------
    prediction_service : answers the questions
    samples_dir : images to try, with a truth.csv that lists them; None shows no samples
    keep : whether confirmed amounts are also kept for learning unless a person chooses otherwise
    decimal_mark : of exported amounts where a person has chosen none: "." or ","; empty: as the browser's language
    theme : where a person has chosen none: "light" or "dark"; empty: as the page around it or the system
    kind : of picture that is expected at first: one of the words of `tasks`

    Raises
    ------
    ValueError : no reader reads pictures of this kind
    """

    _esm = panel_script.join_modules()
    _css = panel_script.FOLDER / "panel.css"

    kinds = traitlets.List(traitlets.Unicode()).tag(
        sync=True
    )  # of image that can be read: "amount", "digit", "document"
    kind = traitlets.Unicode().tag(sync=True)  # that is expected at first
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
        kind: str = "amount",
    ):
        kinds = [word for word, task in _TASKS.items() if task in prediction_service.tasks]
        if kind not in kinds:
            raise ValueError(
                f"expected a kind of picture among {', '.join(kinds)}, but got {kind!r}; choose one of these"
            )
        super().__init__(
            kinds=kinds,
            kind=kind,
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
        question : `do`, and depending on it: `kind`, `profile`, `name`, `page`, `box`, `turned`, `width`, `height`,
            `typed`, `rows`
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
        if action == "form":
            size = question["width"], question["height"]
            return self._service.form(question["box"], size, question["turned"] or 0, question.get("profile"))
        name = str(question.get("name"))
        if action == "page":
            return self._service.page(content, name, int(question["page"]))
        kind = question["kind"]
        if kind not in self.kinds:
            raise KeyError(kind)
        task, profile, box, turned = _TASKS[kind], question.get("profile"), question.get("box"), question.get("turned")
        if action == "check":
            return self._service.check(question["typed"], task, profile)
        is_page = kind == DOCUMENT and box is None
        if action == "read":
            if is_page:
                return self._service.read_document(content, name, profile, turned)
            return self._service.read(content, name, task, box, profile, turned or 0)
        return self._change_corrections(question, content, name, task, is_page)

    def _change_corrections(
        self, question: dict[str, Any], content: bytes, name: str, task: Task, is_page: bool
    ) -> dict[str, Any]:
        """Answer a question that saves a correction or takes one back; a whole page is not kept."""
        box, turned = question.get("box"), question.get("turned") or 0
        if question["do"] == "save":
            if is_page:
                return {"refused": _WHOLE_PAGE.format(name=name)}
            answer = self._service.save(content, name, task, question["typed"], box, question.get("profile"), turned)
        elif question["do"] == "undo":
            answer = self._service.undo(content, name, box, turned)
        else:
            raise KeyError(question["do"])
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
    kind: str = "amount",
) -> Panel:
    """Open a panel that reads with the champions of a models folder.

    Parameters
    ----------
    models_dir : folder of versions
    feedback_dir : where corrections are saved
    samples_dir : as for `Panel`
    profile : of the form that the page chooses at first: a name in profiles/, or the path of a TOML file; None: any
    keep, decimal_mark, theme, kind : as for `Panel`

    Raises
    ------
    ProfileError : there is no such profile
    RegistryError : there is no champion of amounts, or a network is not the one that its metadata describes
    ValueError : no reader reads pictures of this kind
    """
    readers: dict[Task, Reader] = {Task.AMOUNTS: load_amount_reader(models_dir, profile=profile)}
    if find_champion(Task.DIGITS, models_dir) is not None:
        readers[Task.DIGITS] = load_digit_classifier(models_dir)
    networks = open_document_networks(document_versions(models_dir), models_dir)
    prediction_service = service.PredictionService(readers, FeedbackStore(feedback_dir), networks=networks)
    return Panel(prediction_service, samples_dir, keep, decimal_mark, theme, kind)


def _load_samples(folder: Path) -> list[dict[str, str]]:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        names = [row["file"] for row in csv.DictReader(file)]
    return [{"name": name, "picture": _data_url(folder / name)} for name in names]


def _data_url(path: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode("ascii")
