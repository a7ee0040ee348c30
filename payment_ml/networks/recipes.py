"""Hold the training recipes of all architectures, which notebook 02 follows.

The networks themselves are built by `architectures`. Nothing here imports Keras, which takes seconds.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from payment_ml.tasks import Task

_QUICK_EPOCHS = 3
_OLD_NAMES = {"clip_norm": "clip", "warmup_fraction": "warm_up"}  # of settings, in card.json


@dataclass(frozen=True)
class Recipe:
    """Hold the settings of one training and the options of its data."""

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    clip_norm: float | None
    warmup_fraction: float
    bfloat16: bool
    data_options: dict[str, Any]  # keyword arguments of `input_pipeline.make_training_data`
    initial_share: float = 0.0  # of the weights that a warm training starts from, in the trained network

    def training_settings(self) -> dict[str, Any]:
        """Return the keyword arguments of `trainer.train`."""
        return {name: value for name, value in vars(self).items() if name != "data_options"}

    def metadata(self) -> dict[str, Any]:
        """Return settings and data options under the names that card.json and the notebooks' parameters use."""
        settings = {_OLD_NAMES.get(name, name): value for name, value in self.training_settings().items()}
        return {**settings, **self.data_options}


@dataclass(frozen=True)
class Architecture:
    """Describe an architecture, and the recipes that suit it; parameters of notebook 02 override them."""

    task: Task  # that a version of it can be champion of
    summary: str
    recipe: Recipe
    fine_tuning: dict[str, Any]  # settings instead of the recipe's, when training starts from a champion's weights
    min_accuracy: float  # on the gate split after a full run; a lower one means that the run is broken
    quick_accuracy: float  # the same, after a quick run
    # Data options instead of the recipe's: in a quick run, and when another starts from a champion's weights.
    quick_data_options: dict[str, Any] = field(default_factory=dict)
    fine_tuning_data_options: dict[str, Any] = field(default_factory=dict)


def find(architecture: str) -> Architecture:
    """Return the entry of `ARCHITECTURES` with this name.

    Raises
    ------
    ValueError : there is no such architecture
    """
    if architecture not in ARCHITECTURES:
        raise ValueError(f"expected an architecture among {', '.join(ARCHITECTURES)}, but got {architecture!r}")
    return ARCHITECTURES[architecture]


def recipe(architecture: str, quick: bool = False, fine_tuning: bool = False, **overrides: Any) -> Recipe:
    """Return the recipe to train an architecture with.

    Parameters
    ----------
    architecture : a key of `ARCHITECTURES`
    quick : few epochs and little data, to try something out
    fine_tuning : the training starts from trained weights, which takes fewer epochs and a lower learning rate
    overrides : values of settings and data options, by their names in `Recipe.metadata`; None, or a name that the
        recipe does not have, changes nothing

    Raises
    ------
    ValueError : there is no such architecture, or random weights are to have a share in the trained network
    """
    entry = find(architecture)
    if overrides.get("initial_share") and not fine_tuning:
        raise ValueError("expected warm_start with initial_share: without it training starts from random weights")
    changed = entry.quick_data_options if quick else entry.fine_tuning_data_options if fine_tuning else {}
    usual = replace(entry.recipe, data_options=entry.recipe.data_options | changed)
    if quick:
        usual = replace(usual, epochs=min(usual.epochs, _QUICK_EPOCHS))
    if fine_tuning:
        usual = replace(usual, **entry.fine_tuning)
    given = {name: value for name, value in overrides.items() if value is not None}
    settings = {name: given.get(_OLD_NAMES.get(name, name), value) for name, value in usual.training_settings().items()}
    return Recipe(**settings, data_options={name: given.get(name, value) for name, value in usual.data_options.items()})


ARCHITECTURES = {
    "cnn": Architecture(
        task=Task.DIGITS,
        summary="convolutional network for one digit",
        recipe=Recipe(
            epochs=18,
            batch_size=128,
            learning_rate=6e-3,
            weight_decay=1e-2,
            clip_norm=None,
            warmup_fraction=0.1,
            bfloat16=True,
            data_options={"augment": True, "drawn_share": 0.15, "corrections_share": 0.2},
        ),
        fine_tuning={"epochs": 3, "learning_rate": 1e-3},
        min_accuracy=0.99,
        quick_accuracy=0.85,
    ),
    "mlp": Architecture(
        task=Task.DIGITS,
        summary="small dense network for one digit, the baseline",
        recipe=Recipe(
            epochs=10,
            batch_size=128,
            learning_rate=1e-3,
            weight_decay=1e-2,
            clip_norm=None,
            warmup_fraction=0.1,
            bfloat16=False,
            data_options={"augment": False, "drawn_share": 0.0, "corrections_share": 0.2},
        ),
        fine_tuning={"epochs": 3, "learning_rate": 3e-4},
        min_accuracy=0.96,
        quick_accuracy=0.85,
    ),
    "reader": Architecture(
        task=Task.AMOUNTS,
        summary="convolutional network for whole amounts, trained with CTC",
        recipe=Recipe(
            epochs=32,
            batch_size=32,
            learning_rate=8e-3,
            weight_decay=1e-2,
            clip_norm=5.0,
            warmup_fraction=0.03,  # fewer steps than 0.1 to the same loss (docs/decisions/network-and-training.md)
            bfloat16=True,
            data_options={"amounts": 30_720, "validation_amounts": 2000, "corrections_share": 0.3},
        ),
        quick_data_options={"amounts": 4_096, "validation_amounts": 500},
        fine_tuning={"epochs": 3, "learning_rate": 7e-4, "warmup_fraction": 0.1, "initial_share": 0.3},
        fine_tuning_data_options={"amounts": 6_144},
        min_accuracy=0.75,  # one amount in eight has cents set apart, and many are faint or on dense patterns
        quick_accuracy=0.3,
    ),
    "pages": Architecture(
        task=Task.PAGES,
        summary="convolutional network that finds the amount on whole pages",
        recipe=Recipe(
            epochs=20,
            batch_size=8,
            learning_rate=4e-3,
            weight_decay=1e-2,
            clip_norm=5.0,
            warmup_fraction=0.05,
            bfloat16=True,
            data_options={"documents": 768, "validation_documents": 400},
        ),
        quick_data_options={"documents": 128, "validation_documents": 48},
        fine_tuning={"epochs": 3, "learning_rate": 5e-4},
        min_accuracy=0.8,
        quick_accuracy=0.1,
    ),
    "words": Architecture(
        task=Task.WORDS,
        summary="convolutional network for amounts in words, trained with CTC",
        recipe=Recipe(
            epochs=14,
            batch_size=32,
            learning_rate=6e-3,
            weight_decay=1e-2,
            clip_norm=5.0,
            warmup_fraction=0.03,
            bfloat16=True,
            data_options={"amounts": 4_096, "validation_amounts": 1000},
        ),
        quick_data_options={"amounts": 1_024, "validation_amounts": 300},
        fine_tuning={"epochs": 4, "learning_rate": 1e-3, "warmup_fraction": 0.1},
        min_accuracy=0.5,
        quick_accuracy=0.0,
    ),
}
