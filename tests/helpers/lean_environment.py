"""Run payment-ml as in an environment that holds the core dependencies of pyproject.toml and nothing else.

Run as a program: lean_environment.py ARGUMENT... refuses every module of other distributions, then runs the command.
"""

import sys
from collections.abc import Iterable
from importlib.metadata import packages_distributions, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def dependencies(name: str) -> set[str]:
    """Return a distribution and all that it requires without extras, by canonical name."""
    closure: set[str] = set()
    pending = [canonicalize_name(name)]
    while pending:
        distribution = pending.pop()
        if distribution in closure:
            continue
        closure.add(distribution)
        for line in requires(distribution) or ():
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                pending.append(canonicalize_name(requirement.name))
    return closure


class Refusal:
    """An import hook that reports the modules of other distributions as missing."""

    def __init__(self, allowed: Iterable[str]):
        self._allowed = set(allowed)
        self._distributions = packages_distributions()

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Raise ModuleNotFoundError for a module of a distribution that is not allowed."""
        owners = self._distributions.get(name.partition(".")[0], ())
        if owners and not any(canonicalize_name(owner) in self._allowed for owner in owners):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


if __name__ == "__main__":
    hook = Refusal(dependencies("payment-ml"))
    # This program used the module packaging, which the command must not find ready because of it.
    for module in [name for name in sys.modules if name.partition(".")[0] == "packaging"]:
        del sys.modules[module]
    sys.meta_path.insert(0, hook)

    from payment_ml.cli.main import main

    main()
