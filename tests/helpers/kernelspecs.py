"""Install kernels for Jupyter as users have them."""

import json
from pathlib import Path


def install_broken_kernel(folder: Path) -> dict[str, str]:
    """Install a `python3` kernel that cannot start, and return the environment in which Jupyter prefers it."""
    for data in ("user", "path"):
        resources = folder / data / "kernels" / "python3"
        resources.mkdir(parents=True)
        argv = ["/nowhere/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec = {"argv": argv, "display_name": "Python of another environment", "language": "python"}
        (resources / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    return {"JUPYTER_DATA_DIR": str(folder / "user"), "JUPYTER_PATH": str(folder / "path")}
