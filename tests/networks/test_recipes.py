"""recipes: what a training takes, by architecture and kind of run."""

import subprocess
import sys

import pytest

from payment_ml import paths
from payment_ml.networks import recipes

# The data of a training of the reader.
FULL = {"amounts": 30_720, "validation_amounts": 2000, "corrections_share": 0.3}
QUICK = {"amounts": 4_096, "validation_amounts": 500, "corrections_share": 0.3}


@pytest.mark.parametrize(
    ("architecture", "options", "expected"),
    [
        ("cnn", {}, (18, 6e-3, {"augment": True, "drawn_share": 0.15, "corrections_share": 0.2})),
        ("cnn", {"quick": True}, (3, 6e-3, {"augment": True, "drawn_share": 0.15, "corrections_share": 0.2})),
        ("cnn", {"fine_tuning": True}, (3, 1e-3, {"augment": True, "drawn_share": 0.15, "corrections_share": 0.2})),
        ("reader", {}, (32, 8e-3, FULL)),
        ("reader", {"quick": True}, (3, 8e-3, QUICK)),
        ("reader", {"fine_tuning": True}, (3, 7e-4, FULL | {"amounts": 6_144})),
        ("pages", {}, (20, 4e-3, {"documents": 768, "validation_documents": 400})),
        ("words", {"quick": True}, (3, 6e-3, {"amounts": 1_024, "validation_amounts": 300})),
        ("reader", {"quick": True, "fine_tuning": True}, (3, 7e-4, QUICK)),
    ],
    ids=[
        *("cnn", "cnn quick", "cnn tuned", "reader", "reader quick", "reader tuned"),
        *("pages", "words quick", "reader quick and tuned"),
    ],
)
def test_recipe_depends_on_quick_runs_and_fine_tuning(architecture, options, expected):
    """A quick run generates few amounts, fine-tuned or not."""
    recipe = recipes.recipe(architecture, **options)
    assert (recipe.epochs, recipe.learning_rate, recipe.data_options) == expected


def test_overrides_replace_single_values_of_a_recipe():
    """None, and options that the architecture does not have, change nothing."""
    recipe = recipes.recipe("cnn", epochs=3, batch_size=None, augment=False, amounts=5)
    expected = recipes.recipe("cnn").metadata() | {"epochs": 3, "augment": False}
    assert recipe.metadata() == expected
    assert recipes.recipe("reader", warm_up=0.5, clip=1.0).training_settings()["warmup_fraction"] == 0.5


def test_random_weights_have_no_share_in_a_trained_network():
    """Only a warm training may keep some of the weights that it begins with."""
    assert recipes.recipe("reader", fine_tuning=True).initial_share > 0
    assert recipes.recipe("reader", fine_tuning=True, initial_share=0.0).initial_share == 0
    with pytest.raises(ValueError, match="expected warm_start with initial_share"):
        recipes.recipe("reader", initial_share=0.3)


def test_metadata_keeps_the_names_of_card_json():
    """Versions of all releases can be compared."""
    assert recipes.recipe("reader").metadata() == {
        "epochs": 32,
        "batch_size": 32,
        "learning_rate": 8e-3,
        "weight_decay": 1e-2,
        "clip": 5.0,
        "warm_up": 0.03,
        "bfloat16": True,
        "initial_share": 0.0,
        "amounts": 30_720,
        "validation_amounts": 2000,
        "corrections_share": 0.3,
    }


def test_what_prepares_and_evaluates_digits_imports_no_tensorflow():
    """Its import takes as long as all the rest of notebook 01 does."""
    code = (
        "import sys; from payment_ml.networks import recipes; from payment_ml.evaluation import gate, test_sets\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=paths.ROOT, check=True)
