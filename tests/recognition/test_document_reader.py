"""Test recognition.document_reader with pages on which an amount stands among other text."""

import csv
import dataclasses
import shutil
import subprocess
import sys
from decimal import Decimal

import cv2
import numpy as np
import pytest
from helpers.known_forms import compose_pages, form_profile
from helpers.painted_networks import painted_network
from helpers.plain_documents import PLACE, compose_document
from PIL import Image

from payment_ml import load_document_reader
from payment_ml.errors import ProfileError
from payment_ml.imaging import page_images
from payment_ml.imaging.page_images import Content
from payment_ml.recognition.document_acceptance import ACCEPT_ALL
from payment_ml.recognition.document_reader import DocumentReader, Networks
from payment_ml.recognition.line_recognizer import BATCH_SIZE
from payment_ml.recognition.page_detector import PageDetector
from payment_ml.recognition.reader import identity
from payment_ml.recognition.word_verifier import WordVerifier
from payment_ml.synthesis import filled_forms, glyphs
from payment_ml.tasks import Task
from payment_ml.text.alphabet import BLANK
from payment_ml.text.profiles import Profile, load_profile
from payment_ml.text.word_alphabet import CHARACTERS, LABELS


@pytest.fixture(scope="module")
def documents(reader) -> DocumentReader:
    """Return a reader of documents with the quick network."""
    return DocumentReader(reader)


@pytest.fixture(scope="module")
def cheque(splits) -> np.ndarray:
    """Return a page with an amount to the right, and with words and a date in print."""
    return compose_document(glyphs.GlyphBank(splits["test"].images, splits["test"].labels))[0]


def test_the_amount_on_a_page_is_found_and_read(documents, cheque):
    """It has its box, and goes to review: nothing promises that it is the one to pay."""
    reading = documents.read(cheque)
    assert (reading.digits, reading.decision, reading.turned) == ("123450", "review", 0)
    left, top, right, bottom = reading.amount.box
    assert PLACE[0] <= left < right
    assert PLACE[1] <= top < bottom <= PLACE[1] + 90
    assert all(PLACE[0] <= character.left for character in reading.characters)
    assert reading.reason


@pytest.mark.parametrize(
    ("rotation", "turned"), [(cv2.ROTATE_180, 180), (cv2.ROTATE_90_CLOCKWISE, 270)], ids=["180", "270"]
)
def test_a_page_that_lies_on_its_side_is_turned(cheque, rotation, turned):
    """As a scanner may deliver it; a quickly trained reader is no judge of numbers that stand on their head."""
    reading = load_document_reader().read(cv2.rotate(cheque, rotation))
    assert (reading.digits, reading.turned) == ("123450", turned)


def test_a_page_that_a_person_turned_is_read_as_it_lies(cheque):
    """Even where another direction looks better."""
    reading = load_document_reader().read(cv2.rotate(cheque, cv2.ROTATE_90_CLOCKWISE), may_turn=False)
    assert reading.turned == 0


def test_the_part_that_was_read_holds_the_box(documents, cheque):
    """With a margin: a person who cuts an amount out leaves one too."""
    amount = documents.read(cheque).amount
    assert amount.cut[0] < amount.box[0] < amount.box[2] < amount.cut[2]
    assert (
        documents.amounts.read(cheque[amount.cut[1] : amount.cut[3], amount.cut[0] : amount.cut[2]]).text == amount.text
    )


def test_a_profile_with_a_region_reads_there_alone(documents, cheque):
    """The amount reader then decides, as on a picture that a person cut out."""
    height, width = cheque.shape
    region = (PLACE[0] / width, PLACE[1] / height, 1.0, (PLACE[1] + 90) / height)
    profile = dataclasses.replace(load_profile("us-cheque"), region=region)
    reading = documents.with_profile(profile).read(cheque)
    alone = documents.with_profile(profile).amounts.read(cheque[PLACE[1] : PLACE[1] + 90, PLACE[0] :])
    assert (reading.value, reading.decision) == (alone.value, alone.decision)
    assert reading.amount.currency == "USD"


@pytest.fixture(scope="module")
def slips(documents) -> dict[str, DocumentReader]:
    """Return a reader of each invented form."""
    return {form.name: documents.with_profile(form_profile(form)) for form in filled_forms.FORMS}


def test_a_known_form_is_read_better_than_a_page_that_is_searched(slips, documents, splits):
    """The amount is read in its region, wherever the page shows it; other numbers are not taken for it."""
    pages = compose_pages(splits["test"], 12, 3)
    known = [slips[page.form.name].read(page.image) for page in pages]
    searched = documents.read_many([page.image for page in pages])
    right = [
        sum(reading.value == page.value for reading, page in zip(way, pages, strict=True)) for way in (known, searched)
    ]
    assert right[0] >= 9
    assert right[0] > right[1]
    accepted = [(reading, page) for reading, page in zip(known, pages, strict=True) if reading.decision == "accept"]
    assert accepted
    assert all(reading.value == page.value for reading, page in accepted)
    for reading, page in zip(known, pages, strict=True):
        assert reading.amount is None or reading.amount.currency == "USD"
        if reading.amount is not None and reading.turned == 0:
            assert np.abs(np.array(reading.amount.box) - page.box).max() < 12
            assert page.box[0] - 12 <= reading.characters[0].left < reading.characters[-1].right <= page.box[2] + 12


def test_a_page_that_does_not_show_the_form_is_not_read(slips, cheque):
    """The amount at the region's place on the page would be a guess."""
    reading = slips["deposit slip"].read(cheque)
    reason = "expected the form of profile deposit slip, but its printed marks were not found on the page"
    assert (reading.amount, reading.amounts, reading.decision, reading.reason) == (None, (), "review", reason)


def test_a_form_whose_amount_is_cut_off_is_not_read(slips):
    """Some of its digits may be missing."""
    form = filled_forms.FORMS[0]
    reading = slips[form.name].read(filled_forms.draw_blank(form)[:, : round(0.85 * form.size[0])])
    reason = "the page does not show all of the place where its amount stands"
    assert (reading.amount, reading.decision) == (None, "review")
    assert reading.reason == f"expected the form of profile {form.name}, but {reason}"


def test_an_empty_form_has_no_amount(slips):
    """Its box alone is nothing to read, in any direction."""
    page = filled_forms.draw_blank(filled_forms.FORMS[0])
    reading = slips["deposit slip"].read(cv2.rotate(page, cv2.ROTATE_180))
    assert (reading.value, reading.decision) == (None, "review")


def test_another_picture_of_the_form_is_another_reader(slips, documents):
    """A batch goes on only with the same one."""
    profile = slips["cheque"].profile
    other = documents.with_profile(dataclasses.replace(profile, form=form_profile(filled_forms.FORMS[0]).form))
    without = documents.with_profile(dataclasses.replace(profile, form=None))
    states = [reader.calibration_state for reader in (slips["cheque"], other, without, documents)]
    assert [state.get("form") for state in states[2:]] == [None, None]
    assert states[0] != states[1] != states[2]
    assert identity(slips["cheque"]) != identity(other)
    assert len(identity(other)) < 5000  # the picture itself is not in it


def test_a_picture_that_shows_no_form_is_told_before_any_page(documents):
    """It is no fault of the pages."""
    with pytest.raises(ProfileError, match="the form of the profile blank cannot be used"):
        documents.with_profile(Profile("en_US", region=(0, 0, 1, 1), form=b"no picture", name="blank"))


def test_worker_processes_and_the_command_read_known_forms(splits, tmp_path):
    """As a user gives it, with the picture named in the profile, they read as the reader in this process does."""
    form = filled_forms.FORMS[1]
    scans = tmp_path / "scans"
    scans.mkdir()
    (tmp_path / "bill.png").write_bytes(form_profile(form).form)
    profile = tmp_path / "bill.toml"
    profile.write_text(f'locale = "en_US"\ncents = "always"\nform = "bill.png"\nregion = {list(form.region)}\n')
    page = next(page for page in compose_pages(splits["test"], 3, 3) if page.form is form)
    for i in range(BATCH_SIZE + 1):
        cv2.imwrite(str(scans / f"{i:03}.png"), page.image)
    command = [sys.executable, "-m", "payment_ml", "read", str(scans), "--as", "document", "--jobs", "2"]
    output = tmp_path / "amounts.csv"
    done = subprocess.run(
        [*command, "--profile", str(profile), "--output", str(output)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with output.open(encoding="utf-8", newline="") as file:
        values = [row["value"] for row in csv.DictReader(file)]
    expected = load_document_reader(profile=profile).read(page.image)
    assert expected.value is not None
    assert values == [str(expected.value)] * (BATCH_SIZE + 1)
    (tmp_path / "bill.png").unlink()
    missing = subprocess.run([*command, "--profile", str(profile)], capture_output=True, text=True, check=False)
    assert missing.returncode == 2
    assert "bill.png, but got: No such file or directory; name a picture of the empty form" in missing.stderr


def test_pages_without_an_amount_are_not_accepted(documents, rng):
    """A blank page, noise, and words alone."""
    words = np.full((400, 600), 240, np.uint8)
    cv2.putText(words, "Dear Sir or Madam", (60, 200), cv2.FONT_HERSHEY_SIMPLEX, 1, 40, 2)
    for page in (np.full((400, 600), 240, np.uint8), rng.integers(0, 256, (300, 400), np.uint8), words):
        assert documents.read(page).decision == "review"
    blank = documents.read(np.full((400, 600), 240, np.uint8))
    assert (blank.text, blank.value, blank.amounts, blank.reason) == ("", None, (), "no amount was found on the page")


def test_a_source_that_cannot_be_read_stops_nothing(documents, cheque, tmp_path):
    """It gets the reason, and the others are read."""
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    first, second = documents.read_many([broken, cheque])
    assert (first.amount, first.decision) == (None, "review")
    assert first.reason.startswith("not read:")
    assert second.digits == "123450"


def test_each_page_of_a_pdf_is_a_document(documents, cheque, tmp_path):
    """With its number."""
    path, page = tmp_path / "scan.pdf", Image.fromarray(cheque)
    page.save(path, "PDF", save_all=True, append_images=[page], resolution=100)
    readings = documents.read_pages(path)
    assert [(reading.page, reading.digits) for reading in readings] == [(1, "123450"), (2, "123450")]


def test_the_reader_in_the_box_reads_documents(cheque):
    """As a user calls it."""
    reading = load_document_reader().read(cheque)
    assert reading.value == Decimal("1234.50")


def test_a_version_that_is_named_reads_where_none_serves_yet(reader_run, cheque, tmp_path):
    """As it reads cut-out amounts."""
    shutil.copytree(reader_run.folder, tmp_path / reader_run.folder.name)
    named = load_document_reader(tmp_path, version=reader_run.folder.name)
    assert named.read(cheque).digits == "123450"


@pytest.fixture(scope="module")
def detector(reader, cheque) -> PageDetector:
    """Return a detector that knows where the amount stands, and takes a line above it for words."""
    boxes = [(Content.AMOUNT, (*PLACE, PLACE[0] + 300, PLACE[1] + 60)), (Content.WORDS, (40, 90, 260, 120))]
    return PageDetector(painted_network(boxes, cheque.shape), reader.version)


@pytest.fixture
def marked(cheque) -> np.ndarray:
    """Return the cheque with a dark corner, by which the network sees its direction."""
    marked = cheque.copy()
    marked[:12, :12] = 0
    return marked


@pytest.mark.parametrize("quarters", range(4))
def test_the_network_of_pages_says_where_to_read_and_in_which_direction(reader, detector, marked, quarters):
    """It is read on the page that was turned upright; the boxes of the words come with it."""
    reading = DocumentReader(reader, Networks(detector)).read(page_images.turn(marked, -quarters % 4))
    assert (reading.digits, reading.decision, reading.turned) == ("123450", "review", 90 * quarters)
    assert reading.amount == reading.amounts[0]
    left, top, right, bottom = reading.amount.box
    assert PLACE[0] <= left < right
    assert PLACE[1] <= top < bottom <= PLACE[1] + 90
    ((left, top, right, bottom),) = reading.words_boxes
    assert 35 <= left < right <= 265
    assert 85 <= top < bottom <= 125


def test_the_network_of_pages_stays_with_a_reader_for_another_form(reader, detector, marked):
    """Its version is a part of what a batch goes on with."""
    networks = Networks(detector, versions={Task.PAGES: detector.version})
    documents = DocumentReader(reader, networks).with_profile(load_profile("us-cheque")).uncalibrated()
    assert documents.read(marked).amount.currency == "USD"
    assert documents.calibration_state["documents"] == {"pages": detector.version.name}
    assert "documents" not in DocumentReader(reader).calibration_state


def test_an_amount_where_the_network_sees_none_is_unsure(reader, cheque):
    """The page has a number on it, which a person may want to see."""
    seen = Networks(
        PageDetector(
            painted_network([(Content.AMOUNT, (*PLACE, PLACE[0] + 300, PLACE[1] + 60))], cheque.shape), reader.version
        )
    )
    unseen = Networks(PageDetector(painted_network([], cheque.shape), reader.version))
    sure, unsure = (DocumentReader(reader, networks).read(cheque) for networks in (seen, unseen))
    assert sure.certainty > 0.5 > 0.05 > unsure.certainty
    assert unsure.decision == "review"


def scripted_verifier(text: str) -> WordVerifier:
    """Return a verifier to which every line says this text."""
    frames: list[int] = []
    for character in text:
        frames += [*([BLANK] if frames[-1:] == [LABELS[character]] else []), LABELS[character]]
    scores = np.full((1, len(frames), len(CHARACTERS) + 1), -12.0, np.float32)
    scores[0, np.arange(len(frames)), frames] = 0.0
    silence = np.full((1, 1, len(CHARACTERS) + 1), -12.0, np.float32)
    silence[..., BLANK] = 0.0

    def network(images: np.ndarray) -> np.ndarray:
        return np.concatenate([scores, np.repeat(silence, max(0, images.shape[2] // 4 - len(frames)), axis=1)], axis=1)

    return WordVerifier(network)


@pytest.mark.parametrize(
    ("text", "agrees", "decision"),
    [("one thousand two hundred thirty four and 50 cents", True, "accept"),
     ("nine thousand two hundred thirty four and 50 cents", False, "review")],
    ids=["the same amount", "another amount"],
)  # fmt: skip
def test_only_an_amount_that_the_words_confirm_is_accepted(reader, detector, marked, text, agrees, decision):
    """Where both disagree, a person sees both amounts."""
    networks = Networks(detector, scripted_verifier(text), calibration=ACCEPT_ALL)
    reading = DocumentReader(reader, networks).read(marked)
    assert (reading.words_agree, reading.words) == (agrees, text)
    assert (reading.decision, reading.amount.decision) == (decision, decision)
    assert reading.reason == (None if agrees else "the figures say 1,234.50, but the words 9,234.50")


@pytest.mark.parametrize(
    ("text", "agrees"),
    [("one thousand two hundred thirty four and 50/100", None),
     ("one thousand two hundred thirty four and fifty cents", True)],
    ids=["figures among the words", "no figures among the words"],
)  # fmt: skip
def test_figures_that_are_a_part_of_the_words_do_not_confirm_themselves(reader, cheque, marked, text, agrees):
    """The line of words goes on to the figures, as one does that ends with 50/100."""
    cv2.putText(marked, "so many rupees and", (100, PLACE[1] + 50), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 60, 2)
    line = (Content.WORDS, (100, PLACE[1], PLACE[0] + 300, PLACE[1] + 60))
    detector = PageDetector(painted_network([line], cheque.shape), reader.version)
    reading = DocumentReader(reader, Networks(detector, scripted_verifier(text), calibration=ACCEPT_ALL)).read(marked)
    assert (reading.digits, reading.words_agree) == ("123450", agrees)
    assert reading.decision == ("accept" if agrees else "review")


def test_without_words_nothing_is_accepted(reader, detector, marked):
    """However sure the figures are."""
    reading = DocumentReader(reader, Networks(detector, calibration=ACCEPT_ALL)).read(marked)
    assert (reading.decision, reading.words_agree) == ("review", None)
    assert reading.reason == "no words on the page confirm that this is the amount to pay"
