"""Train a network: training data and settings in, a trained network and its learning curves out.

The optimizer is AdamW; the learning rate rises linearly, then falls along a cosine. Validation uses a running
average of the weights (Polyak and Juditsky 1992), which errs less than the weights of any single step. The best
epoch is the latest one whose validation loss lies within one standard error of the lowest (Breiman et al. 1984): a
few thousand images cannot distinguish such epochs, and the schedule is designed to end well. With a checkpoint, a
training that was interrupted continues after its last finished epoch, to the same weights.
"""

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from tqdm import tqdm

from payment_ml.networks.backend import bfloat16_multiplication, keras
from payment_ml.networks.backend import tensorflow as tf
from payment_ml.training.checkpoints import Checkpoint, TrainingState
from payment_ml.training.input_pipeline import TrainingData
from payment_ml.training.line_generator import Batch

_HISTORY_KEYS = ("loss", "validation_loss", "validation_accuracy", "seconds")
_EMA_DECAY = 0.999  # of the running average of the weights, per step
_MAX_SKIPPED_SHARE = 0.1  # of the steps of an epoch, for want of a finite gradient
# Progress for a person who waits; one line in a log, the same line overwritten in a notebook.
_BAR_FORMAT = "{percentage:3.0f}%, {elapsed} passed, {remaining} left; {desc}"


@dataclass(frozen=True)
class TrainingResult:
    """Hold the trained network with the averaged weights of the best epoch, and the learning curves."""

    network: keras.Model
    # One entry per epoch: loss, validation_loss, validation_accuracy, seconds; and corrections_loss where the training
    # data includes user corrections.
    history: dict[str, list[float]]
    best_epoch: int  # the first is 1
    seconds: float  # wall time, augmentation and validation included


def train(
    network: keras.Model,
    data: TrainingData,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    weight_decay: float = 0.0,
    clip_norm: float | None = None,
    warmup_fraction: float = 0.1,
    bfloat16: bool = False,
    initial_share: float = 0.0,
    patience: int = 5,
    checkpoint: Checkpoint | None = None,
) -> TrainingResult:
    """Train `network` in place and leave it with the weights of the epoch that validation supports.

    The same arguments give the same weights on the same machine; the module's docstring describes the method.

    Parameters
    ----------
    network : uint8 images -> probabilities, with a layer named `logits`
    data : batches, loss and validation; the validation split only chooses the epoch
    epochs, batch_size : passes over the training data, at most, and examples per step
    learning_rate : highest value of the schedule
    weight_decay : decoupled, as in AdamW (Loshchilov and Hutter 2019)
    clip_norm : largest norm of the gradient of all weights together; a larger one is scaled down; None sets no limit
    warmup_fraction : share of all steps in which the learning rate rises
    bfloat16 : convolve and multiply in bfloat16 where the processor has it; the weights stay float32
    initial_share : of the weights that training starts from, in those of every validated epoch, 0 to 1: what a trained
        network learns from few examples of one kind costs it less of what it knew (WiSE-FT, Wortsman et al. 2022)
    patience : stop after so many epochs in a row that lie beyond one standard error of the lowest validation loss
    checkpoint : where the state after each epoch is saved, and continued from; None keeps none

    Raises
    ------
    ValueError : an epoch is less than one batch
    FloatingPointError : the loss or its gradient is not finite in more than one step in ten of an epoch
    """
    steps = data.steps_per_epoch(batch_size)
    if steps == 0:
        raise ValueError(f"expected at least one batch of {batch_size} {data.unit} an epoch, but there are fewer")
    optimizer = keras.optimizers.AdamW(
        _schedule(learning_rate, steps * epochs, warmup_fraction), weight_decay=weight_decay, global_clipnorm=clip_norm
    )
    logits = keras.Model(network.input, network.get_layer("logits").output)
    training = _Training(network, data, optimizer)
    initial = network.get_weights()
    if checkpoint is not None:
        training.restore(checkpoint.load())
    with _progress_bar(steps, epochs, training.epoch) as bar, bfloat16_multiplication(bfloat16):
        for batches in data.epochs(epochs, batch_size, first=training.epoch):
            if training.epoch - training.best.epoch >= max(1, patience):
                break
            _describe(bar, training.epoch + 1, epochs, training.history)
            epoch_started = time.perf_counter()
            mean = _run_epoch(training.step, batches, bar, training.epoch + 1)
            network.set_weights(_interpolate(training.average, initial, initial_share))
            loss, error, accuracy = data.validate(logits)
            seconds = time.perf_counter() - epoch_started
            _append(training.history, data.corrections_loss(logits), mean, loss, accuracy, seconds)
            training.best.update(training.epoch, loss, error, network)
            if checkpoint is not None:
                checkpoint.save(training.state())
    network.set_weights(training.best.weights)
    return TrainingResult(network, training.history, training.best.epoch, sum(training.history["seconds"]))


class _BestEpoch:
    """Hold the latest epoch whose validation loss lies within one standard error of the lowest, and its weights."""

    def __init__(self, weights: list[np.ndarray]):
        self.epoch, self.weights = 0, weights
        self._lowest_loss, self._standard_error = math.inf, 0.0

    def update(self, epoch: int, loss: float, standard_error: float, network: keras.Model) -> None:
        """Take the weights of a finished epoch where its loss is low enough."""
        if loss < self._lowest_loss:
            self._lowest_loss, self._standard_error = loss, standard_error
        if loss <= self._lowest_loss + self._standard_error:
            self.epoch, self.weights = epoch, network.get_weights()

    def state(self) -> tuple[list[np.ndarray], dict[str, float]]:
        """Return the weights, and the numbers that choose the next ones."""
        numbers = {"epoch": self.epoch, "lowest_loss": self._lowest_loss, "standard_error": self._standard_error}
        return self.weights, numbers

    def restore(self, weights: list[np.ndarray], numbers: dict[str, float]) -> None:
        """Continue from a state."""
        self.weights, self.epoch = weights, int(numbers["epoch"])
        self._lowest_loss, self._standard_error = numbers["lowest_loss"], numbers["standard_error"]


class _Training:
    """Hold everything that changes during a training, so that it can be saved after an epoch and restored."""

    def __init__(self, network: keras.Model, data: TrainingData, optimizer: keras.optimizers.Optimizer):
        self.learner = _fast_copy(network)  # has the weights of the last step, the network itself the averaged ones
        self.average = [tf.Variable(weight, trainable=False) for weight in self.learner.weights]
        self.history: dict[str, list[float]] = {name: [] for name in _HISTORY_KEYS}
        self.best = _BestEpoch(network.get_weights())
        self.step = _compile_step(self.learner, data, self.average, optimizer)
        self._optimizer = optimizer

    @property
    def epoch(self) -> int:
        """Return the number of finished epochs."""
        return len(self.history["loss"])

    def state(self) -> TrainingState:
        """Return the state to continue from."""
        arrays = {name: [np.asarray(variable) for variable in part] for name, part in self._variables().items()}
        best, values = self.best.state()
        return TrainingState(arrays | {"best": best}, {"history": self.history, "best": values})

    def restore(self, state: TrainingState | None) -> None:
        """Continue from a state; None begins anew."""
        if state is None:
            return
        for name, part in self._variables().items():
            for variable, value in zip(part, state.arrays[name], strict=True):
                variable.assign(value)
        self.history = state.values["history"]
        self.best.restore(state.arrays["best"], state.values["best"])

    def _variables(self) -> dict[str, list[Any]]:
        # Beside the weights a network has the states of its random generators, which dropout draws from.
        return {"learner": self.learner.variables, "average": self.average, "optimizer": self._optimizer.variables}


def _run_epoch(step: Callable[..., tf.Tensor], batches: Iterable[Batch], bar: tqdm, epoch: int) -> float:
    """Train on the batches of an epoch and return the mean of their losses."""
    batch_losses = []
    for batch in batches:
        batch_losses.append(float(step(*batch)))
        bar.update()
    finite = [loss for loss in batch_losses if math.isfinite(loss)]
    skipped = len(batch_losses) - len(finite)
    if skipped > _MAX_SKIPPED_SHARE * len(batch_losses):
        raise FloatingPointError(
            f"expected a finite loss and gradient, but {skipped} of {len(batch_losses)} steps in epoch {epoch} "
            "had none; lower the learning rate"
        )
    if skipped:
        print(f"epoch {epoch}: {skipped} of {len(batch_losses)} steps were skipped, for want of a finite gradient")
    return math.fsum(finite) / len(finite)


def _interpolate(trained: Iterable[tf.Variable], initial: Iterable[np.ndarray], share: float) -> list[np.ndarray]:
    """Return weights that lie between the trained ones and the initial ones, of which they have a share."""
    return [(1 - share) * a.numpy() + share * b if share else a.numpy() for a, b in zip(trained, initial, strict=True)]


def _append(history: dict[str, list[float]], corrections_loss: float | None, *values: float) -> None:
    """Append the values of an epoch, in the order of `_HISTORY_KEYS`, and the loss on corrections if there are any."""
    for name, value in zip(_HISTORY_KEYS, values, strict=True):
        history[name].append(value)
    if corrections_loss is not None:
        history.setdefault("corrections_loss", []).append(corrections_loss)


def _progress_bar(steps: int, epochs: int, finished: int) -> tqdm:
    return tqdm(total=steps * epochs, initial=steps * finished, unit="step", mininterval=5, bar_format=_BAR_FORMAT)


def _describe(bar: tqdm, epoch: int, epochs: int, history: dict[str, list[float]]) -> None:
    """Show beside the progress bar which epoch is under way, and the validation accuracy of the one before."""
    accuracy = history["validation_accuracy"]
    status = f", {accuracy[-1]:.2%} of validation correct" if accuracy else ""
    bar.set_description(f"epoch {epoch} of {epochs}{status}", refresh=False)


def _schedule(
    learning_rate: float, steps: int, warmup_fraction: float
) -> keras.optimizers.schedules.LearningRateSchedule:
    warmup_steps = max(1, round(warmup_fraction * steps))
    return keras.optimizers.schedules.CosineDecay(
        0.0, max(1, steps - warmup_steps), alpha=0.001, warmup_target=learning_rate, warmup_steps=warmup_steps
    )


class _FusedNormalization(keras.layers.BatchNormalization):
    """Normalise batches by TensorFlow's fused kernel, with the same result up to rounding.

    Keras composes the operation from parts, which is slower (docs/decisions/network-and-training.md). Only the copy
    that is trained uses this class, never a saved network.
    """

    def call(self, inputs: tf.Tensor, training: bool | None = None, mask: tf.Tensor | None = None) -> tf.Tensor:
        if not training:
            return super().call(inputs, training=training, mask=mask)
        planes = inputs if len(inputs.shape) == 4 else inputs[:, None]
        normalized, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            planes,
            tf.convert_to_tensor(self.gamma),
            tf.convert_to_tensor(self.beta),
            epsilon=self.epsilon,
            is_training=True,
        )
        for moving, current in ((self.moving_mean, mean), (self.moving_variance, variance)):
            kept = tf.where(tf.math.is_finite(current), current, moving)
            moving.assign(moving * self.momentum + kept * (1 - self.momentum))
        return normalized if len(inputs.shape) == 4 else normalized[:, 0]


def _fast_copy(network: keras.Model) -> keras.Model:
    """Return a network with the same layers and weights that trains faster."""

    def build(layer: keras.layers.Layer) -> keras.layers.Layer:
        kind = _FusedNormalization if type(layer) is keras.layers.BatchNormalization else type(layer)
        return kind.from_config(layer.get_config())

    copy = keras.models.clone_model(network, clone_function=build)
    copy.set_weights(network.get_weights())
    return copy


def _compile_step(
    learner: keras.Model, data: TrainingData, average: list[tf.Variable], optimizer: keras.optimizers.Optimizer
) -> Callable[..., tf.Tensor]:
    """Return a function that takes a batch, makes one training step, updates `average` and returns the mean loss.

    A step whose loss or gradient is not finite changes nothing and returns NaN: about one in 20,000 was so in bfloat16,
    and not when it was repeated (docs/decisions/network-and-training.md).
    """
    logits = keras.Model(learner.input, learner.get_layer("logits").output)
    optimizer.build(learner.trainable_variables)

    @tf.function(input_signature=data.signature)
    def step(*batch: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = data.loss(logits(batch[0], training=True), *batch)
        gradients = tape.gradient(loss, learner.trainable_variables)

        def update() -> tf.Tensor:
            optimizer.apply(gradients)
            # Early averages span few steps; otherwise the random initial weights would linger in them.
            steps_done = tf.cast(optimizer.iterations, tf.float32)
            decay = tf.minimum(_EMA_DECAY, (1 + steps_done) / (10 + steps_done))
            for averaged, weight in zip(average, learner.weights, strict=True):
                if averaged.dtype.is_floating:
                    averaged.assign(decay * averaged + (1 - decay) * weight.value)
            return loss

        return tf.cond(tf.math.is_finite(loss + tf.linalg.global_norm(gradients)), update, lambda: np.nan * loss)

    return step
