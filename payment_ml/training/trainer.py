"""One function that trains: a network, lessons and numbers in, a trained network and its learning curves out."""

import math
import time
from dataclasses import dataclass

from tqdm import tqdm

from payment_ml.errors import RegistryError
from payment_ml.networks.backend import bfloat16_multiplication, keras
from payment_ml.networks.backend import tensorflow as tf
from payment_ml.networks.safe_loading import load_keras_model
from payment_ml.registry.registry import Registry
from payment_ml.registry.versions import Version
from payment_ml.training.input_pipeline import TrainingData

_HISTORY_KEYS = ("loss", "validation_loss", "validation_accuracy", "seconds")
_EMA_DECAY = 0.999  # decay of the running average of the weights, a step


@dataclass(frozen=True)
class TrainingResult:
    """What training gave: the network with the averaged weights that were kept, and what happened on the way."""

    network: keras.Model
    history: dict[str, list[float]]  # an entry an epoch: loss, validation_loss, validation_accuracy, seconds, and
    # corrections_loss when it learned from corrections
    best_epoch: int  # 1 is the first; its weights are the network's
    seconds: float  # wall time, augmentation and validation included


def train(
    network: keras.Model,
    lessons: TrainingData,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    weight_decay: float = 0.0,
    clip: float | None = None,
    warm_up: float = 0.1,
    bfloat16: bool = False,
    patience: int = 5,
) -> TrainingResult:
    """Train `network` in place and leave it with the weights of the epoch that validation supports.

    AdamW under a learning rate that rises, then falls along a cosine. What is validated and kept is a running
    average of the weights (Polyak and Juditsky 1992), which errs less than the weights of any single step. Kept is
    the latest epoch whose validation loss lies within one standard error of the lowest (Breiman et al. 1984): a few
    thousand pictures cannot tell such epochs apart, and the schedule was made to end well. The same arguments give the
    same weights on the same machine.

    Parameters
    ----------
    network : uint8 pictures -> probabilities, with a layer named `logits`
    lessons : what it learns from; the validation split in them is only looked at, to choose the epoch
    epochs : passes over the lessons, at most
    batch_size : pictures a step
    learning_rate : the highest one
    weight_decay : decoupled, as in AdamW (Loshchilov and Hutter 2019)
    clip : longest gradient, all weights together; a longer one is shortened; None leaves all as they are
    warm_up : share of all steps in which the learning rate rises
    bfloat16 : convolve and multiply in bfloat16 where the processor has it, in two thirds of the time; the weights stay
        float32
    patience : stop after so many epochs in a row that lie beyond one standard error of the lowest validation loss

    Raises
    ------
    ValueError : an epoch is less than one batch
    FloatingPointError : the loss is no longer finite
    """
    steps = lessons.steps_per_epoch(batch_size)
    if steps == 0:
        raise ValueError(f"expected at least one batch of {batch_size} {lessons.unit} an epoch, but there are fewer")
    optimizer = keras.optimizers.AdamW(
        _schedule(learning_rate, steps * epochs, warm_up), weight_decay=weight_decay, global_clipnorm=clip
    )
    learner = _quick_twin(network)  # has the weights of the last step, the network the averaged ones
    logits = keras.Model(network.input, network.get_layer("logits").output)
    average = [tf.Variable(weight, trainable=False) for weight in learner.weights]
    step = _compile_step(learner, lessons, average, optimizer)
    history: dict[str, list[float]] = {name: [] for name in _HISTORY_KEYS}
    best_loss, tolerance, best_epoch, kept_weights = math.inf, 0.0, 0, network.get_weights()
    started, last = time.perf_counter(), ""
    progress = tqdm(total=steps * epochs, unit="step", mininterval=5, bar_format=_BAR_FORMAT)
    with progress as bar, bfloat16_multiplication(bfloat16):
        for epoch, batches in enumerate(lessons.epochs(epochs, batch_size), start=1):
            bar.set_description(f"epoch {epoch} of {epochs}{last}", refresh=False)
            epoch_started, total = time.perf_counter(), 0.0
            for batch in batches:
                total += float(step(*batch))
                bar.update()
            if not math.isfinite(total):
                raise FloatingPointError(
                    f"expected a finite loss, but it became {total} in epoch {epoch}; lower the learning rate"
                )
            network.set_weights([weight.numpy() for weight in average])
            loss, error, accuracy = lessons.validate(logits)
            seconds = time.perf_counter() - epoch_started
            for name, value in zip(_HISTORY_KEYS, (total / steps, loss, accuracy, seconds), strict=True):
                history[name].append(value)
            if (corrected := lessons.corrections_loss(logits)) is not None:
                history.setdefault("corrections_loss", []).append(corrected)
            last = f", {accuracy:.2%} of validation right"
            if loss < best_loss:
                best_loss, tolerance = loss, error
            if loss <= best_loss + tolerance:
                best_epoch, kept_weights = epoch, network.get_weights()
            elif epoch - best_epoch >= patience:
                break
    network.set_weights(kept_weights)
    return TrainingResult(network, history, best_epoch, time.perf_counter() - started)


def copy_weights(version: Version, network: keras.Model) -> None:
    """Give a network the weights of a version, to go on from there.

    Raises
    ------
    RegistryError : the version's network is damaged, or built otherwise
    """
    Registry(version.folder.parent).verify(version)
    weights = load_keras_model(version.network_path).get_weights()
    expected, got = [weight.shape for weight in network.weights], [weight.shape for weight in weights]
    if expected != got:
        raise RegistryError(
            f"expected a version built as {network.name} is now, but the weights of {version.name} have other shapes; "
            "train without warm_start"
        )
    network.set_weights(weights)


# Everything that a person waiting wants to know; one line in a log, the same line overwritten in a notebook.
_BAR_FORMAT = "{percentage:3.0f}%, {elapsed} passed, {remaining} left; {desc}"


def _schedule(learning_rate: float, steps: int, warm_up: float) -> keras.optimizers.schedules.LearningRateSchedule:
    rising = max(1, round(warm_up * steps))
    return keras.optimizers.schedules.CosineDecay(
        0.0, max(1, steps - rising), alpha=0.001, warmup_target=learning_rate, warmup_steps=rising
    )


class _FusedNormalization(keras.layers.BatchNormalization):
    """Batch normalisation by TensorFlow's own kernel, the same to rounding.

    Keras puts it together from parts, which takes a quarter of a training step. Of a network to train with, never of
    one that is saved.
    """

    def call(self, inputs, training=None, mask=None):
        if not training:
            return super().call(inputs, training=training, mask=mask)
        planes = inputs if len(inputs.shape) == 4 else inputs[:, None]
        normal, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            planes,
            tf.convert_to_tensor(self.gamma),
            tf.convert_to_tensor(self.beta),
            epsilon=self.epsilon,
            is_training=True,
        )
        for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + now * (1 - self.momentum))
        return normal if len(inputs.shape) == 4 else normal[:, 0]


def _quick_twin(network: keras.Model) -> keras.Model:
    """A network with the same layers and weights that learns faster."""

    def build(layer):
        kind = _FusedNormalization if type(layer) is keras.layers.BatchNormalization else type(layer)
        return kind.from_config(layer.get_config())

    twin = keras.models.clone_model(network, clone_function=build)
    twin.set_weights(network.get_weights())
    return twin


def _compile_step(
    learner: keras.Model, lessons: TrainingData, average: list[tf.Variable], optimizer: keras.optimizers.Optimizer
):
    logits = keras.Model(learner.input, learner.get_layer("logits").output)
    optimizer.build(learner.trainable_variables)

    @tf.function(input_signature=lessons.signature)
    def step(*batch):
        with tf.GradientTape() as tape:
            loss = lessons.loss(logits(batch[0], training=True), *batch)
        gradients = tape.gradient(loss, learner.trainable_variables)
        optimizer.apply(gradients)
        # Early averages are short, or the random start would linger in them.
        done = tf.cast(optimizer.iterations, tf.float32)
        decay = tf.minimum(_EMA_DECAY, (1 + done) / (10 + done))
        for kept, weight in zip(average, learner.weights, strict=True):
            if kept.dtype.is_floating:
                kept.assign(decay * kept + (1 - decay) * weight.value)
        return loss

    return step
