"""Record the champions: the version that serves each task, and those that served it before."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from payment_ml import atomic_files, errors, paths
from payment_ml.errors import RegistryError
from payment_ml.registry import signing
from payment_ml.registry.versions import NAME, Version, VersionStore
from payment_ml.tasks import ALL_TASKS

_CHECKSUMS = ("sha256", "onnx_sha256")  # of metadata; versions without model.onnx have the first alone
_PROTECTED_CHAMPIONS = 3  # previous champions of each task that are never pruned, for rollbacks


class Registry(VersionStore):
    """Hold the versions below one models folder, and the champion of each task.

    Every change of a champion is one atomic step: `champions.json` is the old one or the new one.

    Parameters
    ----------
    models_dir : created by the first registration
    """

    def __init__(self, models_dir: Path):
        super().__init__(models_dir)
        self._champions_path = models_dir / "champions.json"

    def champion(self, task: str) -> Version | None:
        """Return the version that serves a task; None when none was promoted yet.

        Raises
        ------
        RegistryError : champions.json is damaged, or the version that it names is unknown or was changed since
        """
        entry = self._champions().get(task)
        if entry is None:
            return None
        version = self.get(entry["version"])
        for checksum in _CHECKSUMS:
            promoted, present = entry.get(checksum), version.metadata.get(checksum)
            if promoted != present:
                raise RegistryError(
                    f"expected {version.name} with {checksum} {promoted or 'none'}, as it was promoted, but its "
                    f"card.json says {present or 'none'}; it is refused; go back with payment-ml models rollback"
                )
        return version

    def previous_champions(self, task: str) -> list[str]:
        """Return the names of the earlier champions of a task, the latest first."""
        return list((self._champions().get(task) or {"before": []})["before"])

    def verify_serving(self, version: Version) -> None:
        """Check that a version may serve: as `verify`, and signed where signatures are required.

        Raises
        ------
        RegistryError : the version is changed, missing, unsigned or wrongly signed
        """
        self.verify(version)
        try:
            signing.check_if_configured(version.folder, version.metadata)
        except errors.SignatureError as error:
            raise RegistryError(str(error)) from error

    def promote(self, version: Version) -> None:
        """Make a version the champion of its task, and remember the champion so far for `rollback`.

        Raises
        ------
        RegistryError : the network is not the one that the metadata describes, or lacks a required signature
        """
        self.verify(version)
        try:
            signing.sign_if_configured(version.folder, version.metadata)
        except errors.SignatureError as error:
            raise RegistryError(str(error)) from error
        self.verify_serving(version)
        champions = self._champions()
        entry = champions.get(version.task)
        if entry is not None and entry["version"] == version.name:
            return
        previous = [] if entry is None else [entry["version"], *entry["before"]]
        champions[version.task] = _new_entry(champions, version, previous)
        self._write_champions(champions)

    def rollback(self, task: str | None = None) -> Version:
        """Make the previous champion serve again, passing over damaged ones, and return it.

        Parameters
        ----------
        task : a value of `Task`; None: the task whose champion changed last

        Raises
        ------
        RegistryError : no previous champion can serve
        """
        champions = self._champions()
        if task is None:
            task = max(champions, key=lambda name: champions[name].get("change", 0), default="any task")
        previous = (champions.get(task) or {"before": []})["before"]
        for place, name in enumerate(previous):
            try:
                version = self.get(name)
                self.verify_serving(version)
            except RegistryError:
                continue
            champions[task] = _new_entry(champions, version, previous[place + 1 :])
            self._write_champions(champions)
            return version
        raise RegistryError(f"expected a champion of {task} before the present one, but there is none to go back to")

    def restore(self) -> list[str]:
        """Roll back every task whose champion is damaged, and return a sentence for each.

        Raises
        ------
        RegistryError : a champion is damaged, and no previous one can serve
        """
        messages = []
        for task in self._champions():
            try:
                champion = self.champion(task)
                if champion is not None:
                    self.verify_serving(champion)
            except RegistryError as error:
                version = self.rollback(task)
                messages.append(f"{error}; {version.name}, the champion before it, serves {task} again")
        return messages

    def prune(self, keep: int, task: str | None = None) -> list[str]:
        """Remove old versions, and return their names.

        Each task keeps its champion and the three before it, its `keep` latest versions, and all pinned ones.

        Parameters
        ----------
        keep : number of the latest versions of each task to keep
        task : a value of `Task`; None: every one
        """
        entries = self._champions().values()
        protected = {entry["version"] for entry in entries}
        protected |= {name for entry in entries for name in entry["before"][:_PROTECTED_CHAMPIONS]}
        removed = []
        for pruned_task in ALL_TASKS if task is None else (task,):
            versions = self.versions(pruned_task)
            for version in versions[: max(0, len(versions) - keep)]:
                if version.name in protected or version.metadata.get("pinned"):
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
                if not (NAME.fullmatch(entry["version"]) and isinstance(entry["before"], list) and entry["sha256"]):
                    raise ValueError(f"it names {entry['version']!r}")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RegistryError(
                f"expected {self._champions_path} to name the version of each task, but it is damaged ({error}); "
                "remove it and name a champion again with payment-ml models promote"
            ) from error
        return champions

    def _write_champions(self, champions: dict[str, Any]) -> None:
        atomic_files.write_json(self._champions_path, {"format": 1, "champions": champions})


def _new_entry(champions: dict[str, Any], version: Version, previous: list[str]) -> dict[str, Any]:
    """Return the entry of champions.json for a version that serves from now on."""
    return {
        "version": version.name,
        **{name: version.metadata[name] for name in _CHECKSUMS if name in version.metadata},
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "change": 1 + max((entry.get("change", 0) for entry in champions.values()), default=0),
        "before": previous,
    }


def find_champion(task: str, models_dir: str | Path | None = None) -> Version | None:
    """Return the version that serves a task; None where there is none.

    A folder that is named is the only one that is looked at. Otherwise, and where the folder named is models/ of the
    home folder, the models that travel with the code serve until a version of one's own is promoted there.

    Raises
    ------
    RegistryError : a champion's entry or metadata is damaged
    """
    folders = [paths.resolve("models") if models_dir is None else Path(models_dir)]
    if folders[0].resolve() == paths.resolve("models").resolve():
        folders.append(paths.resource("models"))
    champions = (Registry(folder).champion(task) for folder in folders)
    return next((champion for champion in champions if champion is not None), None)
