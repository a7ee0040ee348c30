"""health: the check that containers run has the exit status 0 or 1."""

import http.server
import subprocess
import sys
import threading

import pytest


def health(*arguments: str, **environment: str) -> int:
    """Run the check as a container does, and return its exit status."""
    command = [sys.executable, "-m", "payment_ml.cli.health", *arguments]
    return subprocess.run(command, env=environment or None, capture_output=True, timeout=60, check=False).returncode


@pytest.fixture
def server():
    """Serve the status that the path names, and yield the address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(int(self.path[1:]))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("localhost", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://localhost:{running.server_port}"
        running.shutdown()


@pytest.mark.parametrize(("status", "expected"), [(200, 0), (403, 0), (404, 0), (500, 1), (503, 1)])
def test_a_page_is_healthy_when_its_server_answers(server, status, expected):
    """A page that asks for a token refuses, and works."""
    assert health(f"{server}/{status}") == expected


def test_a_page_that_nobody_serves_is_not_healthy(server):
    """The port is closed."""
    port = int(server.rpartition(":")[2])
    assert health(f"http://localhost:{65535 if port != 65535 else 65534}/") == 1


def test_an_installation_that_reads_its_sample_is_healthy():
    """The models in the box serve."""
    assert health() == 0
