"""Define the exceptions of this package.

All derive from `PaymentMLError`, so that a program can catch one class. Each also derives from the built-in exception
that fits it, and its message says what was expected, what came and what to do next.
"""

NOT_READ = "not read: "  # how the reason of a reading begins whose source gave no picture; its kind follows


class PaymentMLError(Exception):
    """Unite all exceptions that this package raises on purpose, as their base class."""


class ImageError(PaymentMLError, ValueError):
    """Report a source that is not a readable image.

    Parameters
    ----------
    message : what was expected, what came, and what to do next
    kind : what came, in the fewest words, such as "a PDF"; batches count by it; empty repeats the message
    advice : what to do about it, in a row that names the file already; empty if nothing helps
    """

    def __init__(self, message: str, kind: str = "", advice: str = ""):
        super().__init__(message)
        self.kind = kind or message
        self.advice = advice

    @property
    def reason(self) -> str:
        """Return why the source was not read, as readings and rows give it: `not read: KIND; ADVICE`."""
        return f"{NOT_READ}{self.kind}; {self.advice}" if self.advice else f"{NOT_READ}{self.kind}"


class CorruptFileError(PaymentMLError, ValueError):
    """Report a file of this project that does not hold what it should; the message names it."""


class RegistryError(PaymentMLError, LookupError):
    """Report a model version or champion that is missing, damaged or not what its metadata says."""


class ArtifactError(RegistryError):
    """Report a model file that is damaged, or that holds more than a network of known layers."""


class SignatureError(PaymentMLError, ValueError):
    """Report a missing or invalid signature, or a key that cannot be used."""


class DigitsUnavailableError(PaymentMLError, OSError):
    """Report that no source of the MNIST digits could be reached; the message lists each source and its failure."""


class MissingDataError(PaymentMLError, FileNotFoundError):
    """Report prepared data that is missing or damaged; the message names the notebook that makes it."""


class ProfileError(PaymentMLError, ValueError):
    """Report a profile that does not exist, or whose values are not valid."""


class TruthFileError(PaymentMLError, ValueError):
    """Report a csv that does not say what is written on pictures; the message names what it lacks."""


class FeedbackError(PaymentMLError, ValueError):
    """Report a correction that cannot be saved or used."""


class RetrainingError(PaymentMLError, RuntimeError):
    """Report a failed step of a retraining; the champion is unchanged. The message names the step and its record."""


class LockedError(PaymentMLError, RuntimeError):
    """Report that another process is retraining in the same models folder; the message names the process."""


class BusyError(PaymentMLError, OSError):
    """Report that another process is writing the same output file."""


class ClusterError(PaymentMLError, RuntimeError):
    """Report a cluster that could not read a batch to its end; the message says what to do."""


class SweepError(PaymentMLError, RuntimeError):
    """Report a sweep that cannot begin; the message says why."""


class MissingExtraError(PaymentMLError, ImportError):
    """Report a command whose extra is not installed; the message names the extra."""


def unread_kind(reason: str | None) -> str | None:
    """Return the kind in a row's reason, such as "a PDF"; None if its picture was read."""
    if reason is None or not reason.startswith(NOT_READ):
        return None
    return reason.removeprefix(NOT_READ).partition("; ")[0]
