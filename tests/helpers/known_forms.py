"""Make profiles of invented forms, and pages that show them."""

import cv2
import numpy as np

from payment_ml.datasets.splits import Split
from payment_ml.synthesis import filled_forms, glyphs, hands
from payment_ml.synthesis.filled_forms import FilledPage, Form
from payment_ml.text.profiles import Profile


def form_profile(form: Form) -> Profile:
    """Return the profile of a form with a picture of it, empty, as PNG."""
    content = cv2.imencode(".png", filled_forms.draw_blank(form))[1].tobytes()
    return Profile("en_US", "USD", "always", region=form.region, form=content, name=form.name)


def compose_pages(split: Split, count: int, seed: int) -> list[FilledPage]:
    """Return pages of the invented forms in turns."""
    rng = np.random.default_rng(seed)
    bank = hands.HandBank.sample(glyphs.GlyphBank(split.images, split.labels), rng, 10)
    forms = filled_forms.FORMS
    return [filled_forms.compose_page(forms[i % len(forms)], bank, rng) for i in range(count)]


def overlap(corners: np.ndarray, box: tuple[float, float, float, float]) -> float:
    """Return the intersection over union of the box around corners, [n, 2], with a box: left, top, right, bottom."""
    found = np.array([*corners.min(axis=0), *corners.max(axis=0)])
    sides = np.minimum(found[2:], box[2:]) - np.maximum(found[:2], box[:2])
    common = float(np.prod(np.maximum(0, sides)))
    areas = [float(np.prod(np.subtract(each[2:], each[:2]))) for each in (found, np.array(box))]
    return common / (sum(areas) - common)
