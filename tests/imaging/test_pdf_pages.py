"""Test imaging.pdf_pages: pages are rendered in a process of their own, and hostile PDFs are refused in words."""

import contextlib
import io
import os
import signal

import numpy as np
import pytest
from PIL import Image

from payment_ml.errors import ImageError
from payment_ml.imaging import image_loading, pdf_pages


def pdf_of(*levels: int, size: tuple[int, int] = (300, 120)) -> bytes:
    """Return a PDF whose pages have one grey level each."""
    images = [Image.new("L", size, level) for level in levels]
    file = io.BytesIO()
    images[0].save(file, "PDF", save_all=True, append_images=images[1:], resolution=72)
    return file.getvalue()


@pytest.fixture
def folder_pdf(tmp_path):
    """Return the path of a PDF of three pages."""
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf_of(250, 120, 10))
    return path


def test_each_page_of_a_pdf_is_a_source(folder_pdf):
    """They come in their order, at 200 dots per inch."""
    pages = image_loading.split_pages(folder_pdf)
    assert [(page.number, page.count) for page in pages] == [(1, 3), (2, 3), (3, 3)]
    loaded = [image_loading.load(page) for page in pages]
    assert [round(np.asarray(image).mean() / 10) * 10 for image in loaded] == [250, 120, 10]
    assert loaded[0].width == pytest.approx(300 * 200 / 72, abs=2)


def test_bytes_are_a_pdf_too():
    """The page sends files as bytes."""
    pages = image_loading.split_pages(pdf_of(200, 100))
    assert len(pages) == 2
    assert image_loading.load(pages[1]).mode == "L"


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"%PDF-1.7 and nothing else", "is damaged"), (pdf_of(200)[:200], "is damaged")],
    ids=["nothing in it", "truncated"],
)
def test_a_damaged_pdf_is_refused_in_words(content, words):
    """It has one page, which says why; and the next PDF is rendered all the same."""
    (page,) = image_loading.split_pages(content)
    with pytest.raises(ImageError, match=words):
        image_loading.load(page)
    assert pdf_pages.count_pages(pdf_of(200), "x") == 1


def test_a_pdf_that_changed_is_not_mixed_up(folder_pdf):
    """A page of the file as it was is not the page of another file."""
    pages = image_loading.split_pages(folder_pdf)
    folder_pdf.write_bytes(pdf_of(250))
    with pytest.raises(ImageError, match="expected 3 pages, but now there are 1"):
        image_loading.load(pages[2])


def test_mutated_pdfs_bring_nothing_down(rng):
    """Each is rendered or refused within the time limit, and the renderer serves the next one."""
    original = np.frombuffer(pdf_of(250, 120), np.uint8)
    for _ in range(25):
        mutated = original.copy()
        places = rng.integers(8, len(mutated), rng.integers(1, 30))
        mutated[places] = rng.integers(0, 256, len(places))
        for page in image_loading.split_pages(mutated.tobytes()):
            with contextlib.suppress(ImageError):
                image_loading.load(page)
    assert pdf_pages.count_pages(original.tobytes(), "x") == 2


def test_a_renderer_that_hangs_or_dies_is_started_anew(monkeypatch):
    """A stopped process stands for a PDF that takes forever: the time limit ends it."""
    assert pdf_pages.count_pages(pdf_of(200), "x") == 1
    process = pdf_pages._renderer._process
    monkeypatch.setattr(pdf_pages, "_TIME_LIMIT", 0.5)
    os.kill(process.pid, signal.SIGSTOP)
    with pytest.raises(ImageError, match="takes too long"):
        pdf_pages.count_pages(pdf_of(100), "slow.pdf")
    monkeypatch.setattr(pdf_pages, "_TIME_LIMIT", 10.0)
    assert pdf_pages.count_pages(pdf_of(100), "x") == 1
    pdf_pages._renderer._process.kill()
    assert pdf_pages.count_pages(pdf_of(90), "x") == 1
