"""One function that trains: a network, digits and numbers in, a trained network and its learning curves out."""

import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from payment_ml import augmentation
from payment_ml.backend import keras
from payment_ml.backend import tensorflow as tf
from payment_ml.preparation import Split

_WARM_UP = 0.1  # share of all steps in which the learning rate rises
_AVERAGING = 0.999  # decay of the running average of the weights, a step


@dataclass(frozen=True)
class Trained:
    """What training gave: the network with the averaged weights that were kept, and what happened on the way."""

    network: keras.Model
    curves: dict[str, list[float]]  # an entry an epoch: loss, validation_loss, validation_accuracy, seconds
    kept_epoch: int  # 1 is the first; its weights are the network's
    seconds: float  # wall time, augmentation and validation included


def train(
    network: keras.Model,
    training: Split,
    validation: Split,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    weight_decay: float = 0.0,
    augment: bool = True,
    patience: int = 5,
    seed: int = 0,
) -> Trained:
    """Train `network` in place and leave it with the weights of the epoch that validation supports.

    AdamW under a learning rate that rises, then falls along a cosine. What is validated and kept is a running
    average of the weights (Polyak and Juditsky 1992), which errs less than the weights of any single step. Kept is
    the latest epoch whose validation loss lies within one standard error of the lowest (Breiman et al. 1984): a few
    thousand digits cannot tell such epochs apart, and the schedule was made to end well. The same arguments give the
    same weights on the same machine.

    Parameters
    ----------
    network : uint8 [n, 28, 28] -> probabilities [n, classes], with a layer named `logits`
    training, validation : digits; the second are only looked at, to choose the epoch
    epochs : passes over the training digits, at most
    batch_size : digits a step; a last, smaller batch of an epoch is left out
    learning_rate : the highest one
    weight_decay : decoupled, as in AdamW (Loshchilov and Hutter 2019)
    augment : distort every digit anew in every epoch
    patience : stop after so many epochs in a row that lie beyond one standard error of the lowest validation loss
    seed : of the order of the digits and of their distortions

    Raises
    ------
    ValueError : fewer training digits than one batch
    FloatingPointError : the loss is no longer finite
    """
    steps = len(training.labels) // batch_size
    if steps == 0:
        raise ValueError(f"expected at least one batch of {batch_size} digits, but got {len(training.labels)} digits")
    optimizer = keras.optimizers.AdamW(_schedule(learning_rate, steps * epochs), weight_decay=weight_decay)
    logits = keras.Model(network.input, network.get_layer("logits").output)
    average = [tf.Variable(weight, trainable=False) for weight in network.weights]
    step = _compile_step(logits, network, average, optimizer)
    curves: dict[str, list[float]] = {"loss": [], "validation_loss": [], "validation_accuracy": [], "seconds": []}
    best_loss, tolerance, kept_epoch, kept_weights = math.inf, 0.0, 0, network.get_weights()
    started, last = time.perf_counter(), ""
    with (
        tqdm(total=steps * epochs, unit="step", mininterval=5, bar_format=_BAR_FORMAT) as bar,
        ThreadPoolExecutor(max_workers=1) as beside,
    ):
        for epoch, (images, labels) in enumerate(_epochs(training, epochs, augment, seed, beside), start=1):
            bar.set_description(f"epoch {epoch} of {epochs}{last}", refresh=False)
            epoch_started, total = time.perf_counter(), 0.0
            for i in range(steps):
                batch = slice(i * batch_size, (i + 1) * batch_size)
                total += float(step(images[batch], labels[batch]))
                bar.update()
            if not math.isfinite(total):
                raise FloatingPointError(
                    f"expected a finite loss, but it became {total} in epoch {epoch}; lower the learning rate"
                )
            current = network.get_weights()
            network.set_weights([weight.numpy() for weight in average])
            loss, error, accuracy = _validate(logits, validation)
            for name, value in zip(
                curves, (total / steps, loss, accuracy, time.perf_counter() - epoch_started), strict=True
            ):
                curves[name].append(value)
            last = f", {accuracy:.2%} of validation right"
            if loss < best_loss:
                best_loss, tolerance = loss, error
            if loss <= best_loss + tolerance:
                kept_epoch, kept_weights = epoch, network.get_weights()
            elif epoch - kept_epoch >= patience:
                break
            network.set_weights(current)
    network.set_weights(kept_weights)
    return Trained(network, curves, kept_epoch, time.perf_counter() - started)


# Everything that a person waiting wants to know; one line in a log, the same line overwritten in a notebook.
_BAR_FORMAT = "{percentage:3.0f}%, {elapsed} passed, {remaining} left; {desc}"


def _schedule(learning_rate: float, steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    warm_up = max(1, round(_WARM_UP * steps))
    return keras.optimizers.schedules.CosineDecay(
        0.0, max(1, steps - warm_up), alpha=0.001, warmup_target=learning_rate, warmup_steps=warm_up
    )


def _epochs(
    training: Split, epochs: int, augment: bool, seed: int, beside: ThreadPoolExecutor
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Each epoch's digits, shuffled and distorted anew; the next epoch's are made beside the training of this one."""

    def make(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        order = rng.permutation(len(training.labels))
        images = training.images[order]
        return (augmentation.distort(images, rng) if augment else images), training.labels[order].astype(np.int32)

    generators = np.random.default_rng(seed).spawn(epochs)
    waiting = beside.submit(make, generators[0])
    for epoch in range(epochs):
        ready = waiting.result()
        if epoch + 1 < epochs:
            waiting = beside.submit(make, generators[epoch + 1])
        yield ready


def _compile_step(
    logits: keras.Model,
    network: keras.Model,
    average: list[tf.Variable],
    optimizer: keras.optimizers.Optimizer,
):
    optimizer.build(network.trainable_variables)

    @tf.function(
        input_signature=[tf.TensorSpec([None, *network.input_shape[1:]], tf.uint8), tf.TensorSpec([None], tf.int32)]
    )
    def step(images, labels):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits(images, training=True)))
        gradients = tape.gradient(loss, network.trainable_variables)
        optimizer.apply(gradients)
        # Early averages are short, or the random start would linger in them.
        done = tf.cast(optimizer.iterations, tf.float32)
        decay = tf.minimum(_AVERAGING, (1 + done) / (10 + done))
        for kept, weight in zip(average, network.weights, strict=True):
            if kept.dtype.is_floating:
                kept.assign(decay * kept + (1 - decay) * weight.value)
        return loss

    return step


def _validate(logits: keras.Model, validation: Split) -> tuple[float, float, float]:
    """Mean cross-entropy (nats), its standard error, and accuracy."""
    scores = np.concatenate(
        [logits(validation.images[i : i + 1000], training=False) for i in range(0, len(validation.labels), 1000)]
    )
    log_normaliser = np.logaddexp.reduce(scores, axis=1)
    right = scores[np.arange(len(scores)), validation.labels]
    losses = log_normaliser - right
    error = np.std(losses) / math.sqrt(len(losses))
    return float(np.mean(losses)), float(error), float(np.mean(scores.argmax(axis=1) == validation.labels))
