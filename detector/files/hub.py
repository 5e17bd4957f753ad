"""Models and profiles on the Hugging Face Hub: `hf://org/name`, or `hf://org/name@revision`.

Only the named files are downloaded, and files in the cache of huggingface_hub are not downloaded again.
`HF_ENDPOINT` and `HF_TOKEN` work as usual.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from detector.errors import ModelFormatError, SettingsError
from detector.extras import need

if TYPE_CHECKING:
    from huggingface_hub import HfApi

# `Path` removes one slash.
_ADDRESS: Final = re.compile(r"hf://?(?P<repository>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w./-]+))?/?")
# The most characters of a server's message to show.
_SHOWN: Final = 300


class HubAddress(NamedTuple):
    """A repository, and a branch, tag or commit; None is the main branch."""

    repository: str
    revision: str | None


def is_hub_address(name: str | Path) -> bool:
    """Tell whether a name is an address of the Hub, not of a file."""
    return str(name).startswith("hf:/")


def hub_address(name: str | Path) -> HubAddress:
    """Return the parts of an address; raises `SettingsError` if it is not one."""
    found = _ADDRESS.fullmatch(str(name))
    if found is None:
        raise SettingsError(
            f"{name} is not an address of the Hub: write hf://org/name or hf://org/name@revision"
        )
    return HubAddress(found["repository"], found["revision"])


def _api() -> "HfApi":
    need("huggingface_hub", "hub", "an hf:// address")
    from huggingface_hub import HfApi  # takes half a second, and most models are folders

    return HfApi(endpoint=os.environ.get("HF_ENDPOINT"))


def fetch_folder(name: str | Path, files: Sequence[str], most_bytes: int) -> Path:
    """Return a folder with the files of a repository, as far as they exist.

    Parameters
    ----------
    name : str or Path
        The address.
    files : sequence of str
        The names of the files.
    most_bytes : int
        The most bytes of all files together.

    Raises
    ------
    ModelFormatError
        If it cannot be downloaded, or is too large.
    SettingsError
        If the address is wrong.
    MissingExtraError
        If huggingface_hub is not installed.
    """
    repository, revision = hub_address(name)
    api = _api()
    from huggingface_hub.errors import RevisionResolutionError

    chosen = {"repo_id": repository, "revision": revision, "allow_patterns": list(files)}
    try:
        size = sum(file.file_size for file in api.snapshot_download(**chosen, dry_run=True))
        if size > most_bytes:
            raise ModelFormatError(
                f"{name} has {size:,} bytes, and none that this version reads has more than {most_bytes:,}"
            )
        return Path(api.snapshot_download(**chosen))
    except (OSError, ValueError, RevisionResolutionError) as error:
        said = " ".join(str(error).split())[:_SHOWN]
        raise ModelFormatError(f"{name} cannot be downloaded from {api.endpoint}: {said}") from None


def push_folder(folder: Path, name: str, private: bool = False) -> str:
    """Upload the files of a folder in one commit, and return its URL. The repository is created if necessary.

    Raises
    ------
    SettingsError
        If the address is wrong, or the Hub refuses.
    MissingExtraError
        If huggingface_hub is not installed.
    """
    repository, revision = hub_address(name)
    api = _api()
    from huggingface_hub import CommitOperationAdd

    # `upload_folder` makes several commits, and a model must never be half old and half new.
    files = [CommitOperationAdd(path.name, path) for path in sorted(folder.iterdir())]
    try:
        api.create_repo(repository, private=private, exist_ok=True)
        done = api.create_commit(repository, files, commit_message="Upload by detector", revision=revision)
    except (OSError, ValueError, RuntimeError) as error:
        said = " ".join(str(error).split())[:_SHOWN]
        raise SettingsError(f"{name} cannot be written at {api.endpoint}: {said}") from None
    return str(done.commit_url)
