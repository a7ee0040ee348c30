"""Test workers: a signal neither leaves processes behind nor lets them print after the command's last line."""

import signal
import subprocess
import sys

import pytest

# Sends itself a signal while its pool starts a process.
_INTERRUPTED = """
import multiprocessing, os, signal
from payment_ml import workers
from payment_ml.cli.last_line import stoppable

class Interrupted(multiprocessing.context.SpawnProcess):
    def start(self):
        super().start()
        multiprocessing.context.SpawnContext.Process = multiprocessing.context.SpawnProcess
        os.kill(os.getpid(), {number})

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    multiprocessing.context.SpawnContext.Process = Interrupted
    try:
        with stoppable():
            pool = workers.WorkerPool(2, workers.limit_worker)
            pool.submit(os.getpid)
    except KeyboardInterrupt as error:
        print(str(error) or "interrupted", pool.submit(os.getpid).result() > 0)
"""


@pytest.mark.parametrize(("number", "told"), [(signal.SIGTERM, "stopped by SIGTERM"), (signal.SIGINT, "interrupted")])
def test_a_signal_waits_until_a_process_has_started(number, told, tmp_path):
    """The pool knows its process, and can still use it; interrupted earlier, the process prints a traceback."""
    script = tmp_path / "interrupted.py"
    script.write_text(_INTERRUPTED.format(number=int(number)))
    done = subprocess.run([sys.executable, script], check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{told} True\n", "")
