"""Serves notebook 04 as a web page for this computer alone: Voila, with a token, and with nothing else to be had."""

import logging
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from payment_ml import paths
from payment_ml.app import service

_NOTEBOOK = "04-predict.ipynb"
_IDLE_SECONDS = 15 * 60  # seconds without a question or an open page, after which a visitor's kernel is stopped
# What the page may load and whom it may ask: this server alone. Voila's own template would fetch fonts from elsewhere.
_CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",  # Voila's and the widgets' own scripts are inline
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: ws: wss:",
        "frame-ancestors 'self'",
    )
)
_MAX_MESSAGE_BYTES = (
    4 * service.MAX_BYTES
)  # bytes; a picture over the panel's own limit must arrive, to be refused with words


def serve(
    models_dir: Path,
    feedback_dir: Path,
    port: int,
    browser: bool,
    token: str | None = None,
    report: Callable[[str], None] = print,
) -> None:
    """Serve until interrupted.

    Every visitor gets a kernel of their own; one is started beforehand, so that the first page need not wait for
    libraries. The served folder holds one copy of the notebook and nothing else.

    Parameters
    ----------
    models_dir, feedback_dir : as the notebook's parameters
    port : on localhost
    browser : open a browser at the page
    token : that the page asks for; None makes one up
    report : gets the page's address

    Raises
    ------
    OSError : the port is taken
    """
    from papermill.iorw import load_notebook_node, write_ipynb
    from papermill.parameterize import parameterize_notebook
    from tornado.websocket import WebSocketClosedError
    from traitlets.config import Config
    from voila.app import Voila

    def worth_telling(record: logging.LogRecord) -> bool:
        """Anything but that a visitor closed the page while an answer was on its way."""
        return not (record.exc_info and isinstance(record.exc_info[1], WebSocketClosedError))

    logging.getLogger("asyncio").addFilter(worth_telling)
    with tempfile.TemporaryDirectory(prefix="payment-ml-demo-") as folder:
        notebook = Path(folder) / _NOTEBOOK
        values = {"models_dir": str(models_dir.resolve()), "feedback_dir": str(feedback_dir.resolve())}
        source = load_notebook_node(str(paths.ROOT / "notebooks" / _NOTEBOOK))
        write_ipynb(parameterize_notebook(source, values), str(notebook))
        config = Config()
        config.Voila.root_dir = folder
        config.Voila.ip = "localhost"
        config.Voila.port = port
        config.Voila.open_browser = browser
        config.Voila.token = token = token or secrets.token_urlsafe(24)
        config.Voila.tornado_settings = {
            "websocket_max_message_size": _MAX_MESSAGE_BYTES,
            "headers": {"Content-Security-Policy": _CONTENT_SECURITY_POLICY, "Referrer-Policy": "no-referrer"},
        }
        config.Voila.port_retries = 0  # another port than the one that is printed would be found by nobody
        config.VoilaConfiguration.strip_sources = True
        config.VoilaConfiguration.show_tracebacks = False
        config.VoilaConfiguration.preheat_kernel = True
        config.VoilaConfiguration.file_allowlist = []
        config.VoilaConfiguration.file_denylist = [".*"]
        config.MappingKernelManager.cull_idle_timeout = _IDLE_SECONDS
        config.MappingKernelManager.cull_interval = 60
        config.MappingKernelManager.cull_connected = False
        report(f"http://localhost:{port}/?token={token}")
        Voila.launch_instance(argv=[str(notebook)], config=config)
