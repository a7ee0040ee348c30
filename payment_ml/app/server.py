"""Serve notebook 04 as a web page: Voila with a token, and no other files."""

import logging
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from payment_ml import paths
from payment_ml.app import service

_NOTEBOOK = "04-predict.ipynb"
_IDLE_SECONDS = 15 * 60  # without a question or an open page, after which a visitor's kernel is stopped
# The page may load from this server alone; Voila's own template would fetch fonts from elsewhere.
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
_ALL_ADDRESSES = ("0.0.0.0", "::", "")  # a server listens on them, but nobody can visit them
# An image over the panel's own limit must still arrive: the panel then explains the limit.
_MAX_MESSAGE_BYTES = 4 * service.MAX_BYTES


def serve(
    models_dir: Path,
    feedback_dir: Path,
    port: int,
    browser: bool,
    token: str | None = None,
    report: Callable[[str], None] = print,
    host: str = "localhost",
    base_url: str = "/",
    profile: str | None = None,
    keep: bool = True,
    decimal_mark: str = "",
    theme: str = "",
    kind: str = "amount",
) -> None:
    """Serve the page until interrupted.

    Every visitor gets a kernel of their own. One kernel is started in advance, so that the first page does not wait for
    imports. The served folder holds one copy of the notebook and nothing else.

    Parameters
    ----------
    models_dir, feedback_dir : as the notebook's parameters
    port : to listen on
    browser : open a browser at the page
    token : required by the page; None generates one
    report : gets the page's address
    host : name or address to listen on; "0.0.0.0" lets other computers in
    base_url : path under which a proxy serves the page, such as "/payments/"
    profile, keep, decimal_mark, theme, kind : as the notebook's parameters

    Raises
    ------
    OSError : the port is taken
    """
    from papermill.iorw import load_notebook_node, write_ipynb
    from papermill.parameterize import parameterize_notebook
    from voila.app import Voila

    token = token or secrets.token_urlsafe(24)
    logging.getLogger("asyncio").addFilter(_is_worth_logging)
    with tempfile.TemporaryDirectory(prefix="payment-ml-demo-") as folder:
        notebook = Path(folder) / _NOTEBOOK
        parameters = {
            "models_dir": str(models_dir.resolve()),
            "feedback_dir": str(feedback_dir.resolve()),
            "profile": profile or "",
            "keep": keep,
            "decimal_mark": decimal_mark,
            "theme": theme,
            "kind": kind,
        }
        source = _only_panel(load_notebook_node(str(paths.resource("notebooks") / _NOTEBOOK)))
        write_ipynb(parameterize_notebook(source, parameters), str(notebook))
        prefix = f"/{base_url.strip('/')}/".replace("//", "/")
        shown_host = "localhost" if host in _ALL_ADDRESSES else host
        report(f"http://{shown_host}:{port}{prefix}?token={token}")
        config = _voila_config(folder, browser, token)
        config.Voila.ip, config.Voila.port, config.Voila.base_url = host, port, prefix
        Voila.launch_instance(argv=[str(notebook)], config=config)


def _only_panel(notebook: Any) -> Any:
    """Return the notebook with its parameters and the cell of the panel alone, which has a title and explanation."""
    parts = ("parameters", "panel")
    notebook.cells = [cell for cell in notebook.cells if set(parts) & set(cell.metadata.get("tags", []))]
    return notebook


def _voila_config(folder: str, browser: bool, token: str) -> Any:
    """Return the traitlets configuration of Voila without the address; `folder` is the only one that it serves."""
    from traitlets.config import Config

    from payment_ml.pipeline.kernels import OwnKernelSpecManager

    config = Config()
    config.VoilaConfiguration.kernel_spec_manager_class = OwnKernelSpecManager
    config.Voila.root_dir = folder
    config.Voila.port_retries = 0  # the address is printed in advance
    config.Voila.open_browser = browser
    config.Voila.token = token
    config.Voila.tornado_settings = {
        "websocket_max_message_size": _MAX_MESSAGE_BYTES,
        "headers": {"Content-Security-Policy": _CONTENT_SECURITY_POLICY, "Referrer-Policy": "no-referrer"},
    }
    config.VoilaConfiguration.strip_sources = True
    config.VoilaConfiguration.show_tracebacks = False
    config.VoilaConfiguration.preheat_kernel = True
    config.VoilaConfiguration.file_allowlist = []
    config.VoilaConfiguration.file_denylist = [".*"]
    config.MappingKernelManager.cull_idle_timeout = _IDLE_SECONDS
    config.MappingKernelManager.cull_interval = 60  # seconds
    config.MappingKernelManager.cull_connected = False
    return config


def _is_worth_logging(record: logging.LogRecord) -> bool:
    """Return False for the error that a visitor causes by closing the page before an answer arrives."""
    from tornado.websocket import WebSocketClosedError

    return not (record.exc_info and isinstance(record.exc_info[1], WebSocketClosedError))
