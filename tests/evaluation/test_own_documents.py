"""Test evaluation.own_documents and its reports: what is counted of documents whose amounts a user knows."""

from decimal import Decimal
from pathlib import Path

import cv2
import numpy as np
from helpers.plain_documents import PLACE, compose_document
from PIL import Image

from payment_ml import load_document_reader
from payment_ml.evaluation import own_document_reports, own_documents
from payment_ml.evaluation.own_documents import OwnDocument, OwnDocuments
from payment_ml.evaluation.own_pictures import show_progress
from payment_ml.recognition.readings import DocumentReading, FoundAmount
from payment_ml.synthesis.glyphs import GlyphBank
from payment_ml.text.document_truths import DocumentTruth, read_document_truths

BOX = (10, 20, 50, 40)


def document(
    truth: str, read: str, decision: str = "review", box: tuple[int, int, int, int] | None = BOX, **known: bool
) -> OwnDocument:
    """Return a document with an amount, or none, that was read as another, the same, or none."""
    value = Decimal(truth) if truth else None
    row = DocumentTruth(
        "a.png", Path("a.png"), truth, truth.replace(".", ""), value, box=BOX if truth else None, **known
    )
    amount = None
    if read:
        digits = read.replace(".", "")
        amount = FoundAmount(read, Decimal(read), digits, 0.9, decision, None, (), box=box or BOX)
    reading = DocumentReading(amount, (), None, decision, None if decision == "accept" else "check 12.50")
    return OwnDocument(row, reading, box if read else None)


def test_counts_by_hand():
    """An acceptance is wrong where the value is, where there is nothing to find, and where words say otherwise."""
    measured = OwnDocuments(
        (
            document("12.50", "12.50", "accept"),
            document("12.50", "12.50", "accept", words_match=False),
            document("12.50", "1.25", "accept", box=(30, 20, 70, 40)),  # a third is shared
            document("12.50", "", box=None),
            document("", "7.00", "accept"),
            document("", ""),
        ),
        (("b.png", "no such file"),),
        0.01,
    )
    assert measured.as_counts() == {
        "documents": 7,
        "not_read": 1,
        "with_box": 4,
        "found": 2,
        "digits_known": 4,
        "digits_right": 2,
        "value_known": 4,
        "value_right": 2,
        "nothing_to_find": 2,
        "nothing_found": 1,
        "words_disagree": 1,
        "words_disagree_accepted": 1,
        "accepted": 4,
        "accepted_wrong": 3,
        "risk": 0.01,
    }
    table = own_document_reports.counts_table(measured)
    assert table.loc["amount found", "documents"] == "2 of 4"
    assert table.loc["nothing to find, nothing found", "documents"] == "1 of 2"
    assert table.loc["wrong among the accepted"].tolist() == ["3 of 4", "75.0%", "19.4% to 99.4%"]
    assert "NOT KEPT, beyond chance: do not rely on the decision for such documents" in (
        own_document_reports.promise(measured)
    )
    mistakes = own_document_reports.mistakes_table(measured.mistakes)
    assert mistakes["written"].tolist() == ["12.50", "12.50", "nothing", "12.50"]
    assert mistakes["found"].tolist() == ["yes", "no", "", "no"]
    assert own_document_reports.by_reason(measured).to_dict("index") == {
        "accepted": {"documents": 4, "right": 2},
        "check …": {"documents": 2, "right": 1},
    }


def test_a_csv_without_boxes_has_no_row_about_them():
    """What it does not tell is not counted."""
    row = DocumentTruth("a.png", Path("a.png"), "1250", "1250", None)
    measured = OwnDocuments((OwnDocument(row, document("12.50", "12.50").reading, BOX),), (), 0.005)
    assert own_document_reports.counts_table(measured).index.tolist() == [
        "digits right",
        "accepted",
        "wrong among the accepted",
    ]


def test_documents_of_a_folder_are_found_as_they_lie(splits, tmp_path):
    """Upright, upside down, on its side, as the second page of a PDF, and without an amount; two cannot be read."""
    page, box = compose_document(GlyphBank(splits["test"].images, splits["test"].labels))
    height, width = page.shape
    left, top, right, bottom = box
    lying = {
        "upright": (page, box),
        "down": (page[::-1, ::-1], (width - right, height - bottom, width - left, height - top)),
        "side": (cv2.rotate(page, cv2.ROTATE_90_CLOCKWISE), (height - bottom, left, height - top, right)),
    }
    lines = ["file,truth,page,x,y,w,h"]
    for name, (turned, (x, y, to_x, to_y)) in lying.items():
        Image.fromarray(np.ascontiguousarray(turned)).save(tmp_path / f"{name}.png")
        lines.append(f"{name}.png,1234.50,,{x},{y},{to_x - x},{to_y - y}")
    Image.fromarray(page[: PLACE[1] - 40]).save(tmp_path / "words.png")
    scan = Image.fromarray(page)
    scan.save(tmp_path / "post.pdf", save_all=True, append_images=[scan], resolution=200)
    lines += ["words.png,,,,,,", "post.pdf,1234.50,2,,,,", "post.pdf,1234.50,,,,,", "absent.png,1.00,,,,,"]
    (tmp_path / "truth.csv").write_text("\n".join(lines))
    rows = read_document_truths(tmp_path / "truth.csv")
    measured = own_documents.read_documents(load_document_reader(), rows, None, show_progress)
    counts = measured.as_counts()
    assert dict(measured.not_read).keys() == {"post.pdf", "absent.png"}
    assert "it has 2 pages; name one of them" in dict(measured.not_read)["post.pdf"]
    assert (counts["with_box"], counts["found"], counts["digits_right"], counts["value_right"]) == (3, 3, 4, 4)
    assert (counts["nothing_to_find"], counts["accepted"], counts["risk"]) == (1, 0, 0.005)
