"""Measure how probable the reader that serves finds the digits of an archive, and other digits in the same pictures.

For each picture of a csv with the columns `file` and `truth`, the exact log-probability of its digits, whatever marks
stand between them, in the crop that shows them best; the same of the digits of the next row with another amount, as in
an archive out of step; and of the right digits with one wrong among them. The table has percentiles in nats, and how
many fall below limits for quarantine. See docs/decisions/corrections.md.

Run: .venv/bin/python benchmarks/impossible_labels.py TRUTH.csv
"""

from pathlib import Path

import click
import numpy as np

from payment_ml import load_amount_reader
from payment_ml.feedback import dataset
from payment_ml.imaging import image_loading, line_images
from payment_ml.recognition import constrained_search, ctc
from payment_ml.text.truth_files import read_truth_file

LIMITS = (-8, -10, -12, -15)  # nats
PERCENTILES = (0, 1, 5, 25, 50, 75, 95, 99, 100)


def _typing_error(digits: str, rng: np.random.Generator) -> str:
    """Return digits of which one is replaced by another."""
    place = int(rng.integers(len(digits)))
    other = (int(digits[place]) + int(rng.integers(1, 10))) % 10
    return f"{digits[:place]}{other}{digits[place + 1 :]}"


@click.command()
@click.argument("truth", type=click.Path(exists=True, path_type=Path))
@click.option("--count", default=300, show_default=True, help="Pictures, the first ones of the csv.")
def main(truth: Path, count: int) -> None:
    """Print the table."""
    reader, rng = load_amount_reader(), np.random.default_rng(0)
    rows = read_truth_file(truth).rows[:count]
    found: dict[str, list[float]] = {"its digits": [], "those of another picture": [], "one digit wrong": []}
    for number, row in enumerate(rows):
        line = line_images.extract_line(image_loading.load_grey(row.path))
        others = [other.digits for other in (*rows[number:], *rows) if other.digits != row.digits]
        if line is None or not others:
            continue
        sequences = [row.digits, others[0], _typing_error(row.digits, rng)]
        outputs = reader.recognizer.log_probs([crop.pixels for crop in dataset.crops(line)])
        scores = [
            constrained_search.digits_log_likelihood(output[ctc.drop_repeated_blanks(output)], sequences)
            for output in outputs
        ]
        for values, best in zip(found.values(), np.max(scores, axis=0), strict=True):
            values.append(float(best))
    click.echo(f"{reader.version.name}, {len(found['its digits'])} pictures; percentiles {PERCENTILES}")
    for name, values in found.items():
        below = ", ".join(f"{np.mean(np.array(values) < limit):.1%} below {limit}" for limit in LIMITS)
        click.echo(f"{name}: {np.percentile(values, PERCENTILES).round(1).tolist()}; {below}")


if __name__ == "__main__":
    main()
