"""Which trained version serves each task, and which served before it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from payment_ml import atomic_files, errors
from payment_ml.errors import RegistryError
from payment_ml.registry import signing
from payment_ml.registry.versions import NAME, Version, VersionStore
from payment_ml.tasks import TASKS

__all__ = ["TASKS", "Registry", "RegistryError", "Version"]

_ROLLBACKS = 3  # champions before the present one that are kept to go back to


class Registry(VersionStore):
    """The versions below one models folder, and their champions.

    Every change of who serves is one atomic step: `champions.json` is the old one or the new one.
    """

    def __init__(self, models_dir: Path):
        super().__init__(models_dir)
        self._champions_path = models_dir / "champions.json"

    def verify_serving(self, version: Version) -> None:
        """Check that a version may serve: as `verify`, and signed where signatures are asked for.

        Raises
        ------
        RegistryError : changed, missing, unsigned or wrongly signed
        """
        self.verify(version)
        try:
            signing.check_if_configured(version.folder, version.metadata)
        except errors.SignatureError as error:
            raise RegistryError(str(error)) from error

    def champion(self, task: str) -> Version | None:
        """The version that serves a task; None when none was promoted yet.

        Raises
        ------
        RegistryError : champions.json is damaged, or names an unknown or since changed version
        """
        entry = self._champions().get(task)
        if entry is None:
            return None
        version = self.get(entry["version"])
        if version.metadata["sha256"] != entry["sha256"]:
            raise RegistryError(
                f"expected {version.name} with sha256 {entry['sha256']}, as it was promoted, but its card says "
                f"{version.metadata['sha256']}; it is refused; go back with payment-ml models rollback"
            )
        return version

    def before(self, task: str) -> list[str]:
        """Names of the versions that were champions of a task before the present one, the latest first."""
        return list((self._champions().get(task) or {"before": []})["before"])

    def promote(self, version: Version) -> None:
        """Make a version the champion of its task; the champion so far is remembered for `rollback`.

        Raises
        ------
        RegistryError : its network is not the one that its card describes, or it is not signed and has to be
        """
        self.verify(version)
        try:
            signing.sign_if_configured(version.folder, version.metadata)
        except errors.SignatureError as error:
            raise RegistryError(str(error)) from error
        self.verify_serving(version)
        champions = self._champions()
        before = champions.get(version.task)
        if before is not None and before["version"] == version.name:
            return
        champions[version.task] = {
            "version": version.name,
            "sha256": version.metadata["sha256"],
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
            "change": _next_change(champions),
            "before": [] if before is None else [before["version"], *before["before"]],
        }
        self._write_champions(champions)

    def rollback(self, task: str | None = None) -> Version:
        """Make the champion before this one serve again; one that is damaged by now is passed over.

        Parameters
        ----------
        task : whose champion; None: the one that changed last

        Raises
        ------
        RegistryError : there is none before it that could serve
        """
        champions = self._champions()
        if task is None:
            task = max(champions, key=lambda name: champions[name].get("change", 0), default="any task")
        entry = champions.get(task) or {"before": []}
        for place, name in enumerate(entry["before"]):
            try:
                version = self.get(name)
                self.verify_serving(version)
            except RegistryError:
                continue
            champions[task] = {
                "version": name,
                "sha256": version.metadata["sha256"],
                "since": datetime.now(UTC).isoformat(timespec="seconds"),
                "change": _next_change(champions),
                "before": entry["before"][place + 1 :],
            }
            self._write_champions(champions)
            return version
        raise RegistryError(f"expected a champion of {task} before the present one, but there is none to go back to")

    def restore(self) -> list[str]:
        """Where a champion is damaged, make the one before it serve again; returns what was done, a line for each.

        Raises
        ------
        RegistryError : a champion is damaged, and none before it could serve
        """
        done = []
        for task in self._champions():
            try:
                self.verify_serving(self.champion(task))
            except RegistryError as error:
                version = self.rollback(task)
                done.append(f"{error}; {version.name}, the champion before it, serves {task} again")
        return done

    def prune(self, keep: int, task: str | None = None) -> list[str]:
        """Remove old versions; returns their names.

        Of each task, kept are the champion and the three before it, the newest `keep`, and all that are pinned.
        """
        champions = self._champions()
        serving = {entry["version"] for entry in champions.values()}
        serving |= {name for entry in champions.values() for name in entry["before"][:_ROLLBACKS]}
        removed = []
        for each in TASKS if task is None else (task,):
            versions = self.versions(each)
            for version in versions[: max(0, len(versions) - keep)]:
                if version.name in serving or version.metadata.get("pinned"):
                    continue
                self.remove(version)
                removed.append(version.name)
        return removed

    def _champions(self) -> dict[str, Any]:
        if not self._champions_path.is_file():
            return {}
        try:
            champions = atomic_files.read_json(self._champions_path)["champions"]
            for entry in champions.values():
                if not (NAME.fullmatch(entry["version"]) and isinstance(entry["before"], list)):
                    raise ValueError(f"it names {entry['version']!r}")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RegistryError(
                f"expected {self._champions_path} to name the version of each task, but it is damaged ({error}); "
                "remove it and name a champion again with payment-ml models promote"
            ) from error
        return champions

    def _write_champions(self, champions: dict[str, Any]) -> None:
        atomic_files.write_json(self._champions_path, {"format": 1, "champions": champions})


def _next_change(champions: dict[str, Any]) -> int:
    return 1 + max((entry.get("change", 0) for entry in champions.values()), default=0)
