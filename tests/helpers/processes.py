"""Find the processes of a command that was started in a session of its own."""

import os
import signal
from contextlib import suppress

import psutil


def processes_in_session(leader: int) -> list[psutil.Process]:
    """Return the living processes of the session that process `leader` leads."""
    members = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == leader and process.status() != psutil.STATUS_ZOMBIE:
                members.append(process)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return members


def kill_session(leader: int) -> None:
    """Kill every process of the session that process `leader` leads."""
    for process in processes_in_session(leader):
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
