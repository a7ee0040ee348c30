"""Run the installed command payment-ml as a user would."""

import subprocess
import sys
from pathlib import Path
from typing import Any

COMMAND = Path(sys.executable).with_name("payment-ml")


def run_cli(*arguments: object, **options: Any) -> subprocess.CompletedProcess:
    """Run the command and return its output; `options` go to `subprocess.run`."""
    command = [str(COMMAND), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, **options)
