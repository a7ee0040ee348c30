"""Write a notebook that registers a version in a moment, fails, or takes long, as its parameters say."""

from pathlib import Path

import nbformat

_PARAMETERS = (
    "mode: str = 'train'  # train, fail or wait\n"
    "seed: int = 0  # content of the network\n"
    "models_dir: str = 'models'  # folder for the version\n"
    "result_file: str = ''  # where to write the result"
)
_CODE = (
    "import os, time\n"
    "from payment_ml import paths\n"
    "from payment_ml.pipeline import step_result\n"
    "from payment_ml.registry.versions import VersionStore\n"
    "assert mode != 'fail', 'failed on purpose'\n"
    "time.sleep(600 if mode == 'wait' else 0)\n"
    "curves = {'validation_accuracy': [0.5, 0.5 + seed / 100]}\n"
    "metadata = {'architecture': 'mlp', 'task': 'digits', 'kept_epoch': 2, 'curves': curves}\n"
    "versions = VersionStore(paths.resolve(models_dir))\n"
    "version = versions.register(lambda path: path.write_bytes(bytes([seed])), metadata)\n"
    "step_result.write_result(result_file, {'version': version.name})"
)


def write_notebook(path: Path, parameters: str = _PARAMETERS) -> Path:
    """Write the notebook, and return its path."""
    cells = [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}), nbformat.v4.new_code_cell(_CODE)]
    metadata = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)
    return path
