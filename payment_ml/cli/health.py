"""Check that an installation reads, or that its page answers, for containers and monitoring.

Run as a program: `python -m payment_ml.cli.health`. Without an argument a sample is read with the models that serve.
With the address of a page, its server must answer; that it asks for a token is an answer. The exit status is 0 or 1.
"""

import sys
import urllib.error
import urllib.request

from payment_ml import load_amount_reader, paths

_TIMEOUT = 5  # seconds


def reads() -> bool:
    """Return whether a sample can be read, with the amount that stands on it."""
    reading = load_amount_reader().read(paths.find("data/samples/amount-01.png"))
    return reading.value is not None


def answers(address: str) -> bool:
    """Return whether a server answers at an HTTP address, be it with a refusal."""
    try:
        with urllib.request.urlopen(address, timeout=_TIMEOUT) as response:
            return bool(response.status < 500)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if (answers(sys.argv[1]) if len(sys.argv) > 1 else reads()) else 1)
