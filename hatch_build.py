"""Put beside the package what travels with its code, in a wheel; an editable install finds it in the checkout."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_RESOURCES = ("data/fonts", "data/samples", "models", "notebooks", "profiles")


class ResourcesHook(BuildHookInterface):
    """Add folders of the checkout to the wheel, below the package, where `payment_ml.paths.resource` looks."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the folders, unless the installation is editable."""
        if version != "editable":
            build_data["force_include"].update({name: f"payment_ml/{name}" for name in _RESOURCES})
