"""Run the installed command payment-ml as a user would."""

import subprocess
import sys
from pathlib import Path

COMMAND = Path(sys.executable).with_name("payment-ml")


def run_cli(*arguments: object, **options) -> subprocess.CompletedProcess:
    """Run the real command as a user would."""
    command = [str(COMMAND), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, **options)
