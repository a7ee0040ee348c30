"""Compare a network in 8-bit integers with the same network in float32: what it reads, and how long it takes.

Both are exported from `model.keras` of a version. Processor times are those of one thread, in one process and in turns.

Run: .venv/bin/python benchmarks/quantization.py (needs data/prepared, from notebook 01)
"""

import tempfile
import time
from pathlib import Path

import click
import numpy as np

from payment_ml import paths
from payment_ml.datasets import splits
from payment_ml.networks import inference, onnx_export, safe_loading
from payment_ml.recognition.readers import find_champion
from payment_ml.tasks import Task
from payment_ml.training import input_pipeline


@click.command(context_settings={"show_default": True})
@click.option("--models", "models_dir", type=click.Path(path_type=Path), default=paths.ROOT / "models")
@click.option("--data", "data_dir", type=click.Path(path_type=Path), default=paths.ROOT / "data")
@click.option("--lines", type=int, default=1500, help="Validation lines to read.")
@click.option("--rounds", type=int, default=5, help="Times that each network reads the timed lines.")
def main(models_dir: Path, data_dir: Path, lines: int, rounds: int) -> None:
    """Print validation loss, accuracy, size and time of both networks of the champion for amounts."""
    champion = find_champion(Task.AMOUNTS, models_dir)
    train, validation = (splits.read_split(data_dir / "prepared", name) for name in ("train", "validation"))
    data = input_pipeline.make_training_data("amounts", train, validation, 0, amounts=256, validation_amounts=lines)
    network = safe_loading.load_keras_model(champion.network_path)
    inference.limit_threads(1)
    sessions, sizes = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for name, batches in (("float32", ()), ("integers", data.calibration_batches)):
            path = Path(folder) / f"{name}.onnx"
            path.write_bytes(onnx_export.to_onnx(network, batches))
            sessions[name], sizes[name] = inference.load_session(path), path.stat().st_size
    seconds: dict[str, list[float]] = {name: [] for name in sessions}
    for _ in range(rounds):
        for name, session in sessions.items():
            started = time.process_time()
            for batch in data.calibration_batches:
                session(batch)
            seconds[name].append(time.process_time() - started)
    count = sum(len(batch) for batch in data.calibration_batches)
    for name, session in sessions.items():
        loss, error, accuracy = data.validate(lambda images, training, session=session: session(np.asarray(images)))
        click.echo(
            f"{name}: loss {loss:.3f} ± {error:.3f} nats, {accuracy:.2%} of {lines:,} lines right, "
            f"{sizes[name]:,} bytes, {1e3 * np.median(seconds[name]) / count:.3f} ms a line"
        )
    ratio = np.median(seconds["float32"]) / np.median(seconds["integers"])
    click.echo(f"integers are {ratio:.2f} times as fast")


if __name__ == "__main__":
    main()
