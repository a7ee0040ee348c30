"""Join the panel's JavaScript modules into the single module that anywidget loads.

Reasons for this way: docs/decisions/panel-modules.md.
"""

import re
from pathlib import Path

FOLDER = Path(__file__).parent / "panel"
MODULES = (  # each imports only from those before it
    "elements", "format", "surroundings", "theme", "connection", "connection_banner", "browser_store", "drawing",
    "dropped_files", "picture_files", "uploader", "kind_switch", "settings", "intro", "progress", "item_status",
    "found_amounts", "file_downloads", "form_file", "reading_queue", "item_list", "item_reading", "confirmations",
    "items", "box_selection", "zoom", "place_marks", "preview", "spelling", "choices", "typed_amount",
    "learning_choice", "confirm_form", "answer", "review_rows", "exports", "ask_first", "filter", "windowed_rows",
    "table", "shortcuts", "panel",
)  # fmt: skip
_IMPORT = re.compile(r"^import \{[^}]*\} from \"\./\w+\.js\";\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def join_modules() -> str:
    """Return the modules of the panel as one ECMAScript module.

    All modules share one scope in it: imports and the word `export` are dropped, but for the entry's `export default`.
    """
    sources = ((FOLDER / f"{module}.js").read_text(encoding="utf-8") for module in MODULES)
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", source)) for source in sources)
