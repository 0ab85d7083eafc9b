"""Checkpoints on the model hub and in folders: found, fetched, copied, sent.

Knows nothing of what is in them but the names of their files. Weights are fetched as safetensors, never as pickles.
"""

from __future__ import annotations

import shutil
from fnmatch import fnmatch
from pathlib import Path
from tempfile import TemporaryDirectory

from slantwise.records import InputError

# All that a checkpoint is made of, its card included; what else lies in its folder is neither fetched, copied nor sent.
FILES = ("*.json", "*.safetensors", "*.txt", "*.model", "README.md")


def local_folder(
    model: str | Path, revision: str | None = None, token: str | bool | None = None, cache_dir: str | Path | None = None
) -> Path:
    """The folder of a checkpoint: itself where `model` is one, else fetched from the hub and kept in its cache.

    `revision` is a branch, tag or commit of a hub id, `token` what a private one needs (True takes the one that was
    logged in with), `cache_dir` where fetched files are kept. Raises InputError when there is neither such a folder nor
    such a model, when the revision is not there, and when a revision of a folder is asked for.
    """
    folder = Path(model)
    if folder.is_dir():
        if revision is not None:
            raise InputError(f"{model}: is a folder, which has no revision {revision!r}; revisions are of hub ids")
        return folder
    from huggingface_hub import snapshot_download

    try:
        fetched = snapshot_download(
            str(model), revision=revision, token=token, cache_dir=cache_dir, allow_patterns=list(FILES)
        )
    except Exception as problem:
        # The client raises its own kinds, those of its HTTP library and OSErrors.
        at = f" at {revision!r}" if revision is not None else ""
        raise InputError(
            f"{model}: there is no such folder, and no such model{at} on the hub ({_first_line(problem)})"
        ) from problem
    return Path(fetched)


def copy_checkpoint(source: Path, folder: str | Path) -> Path:
    """Copy the files of a checkpoint into `folder`, which is made where need be; InputError where that cannot be."""
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in sorted(source.iterdir()):
            wanted = file.is_file() and any(fnmatch(file.name, pattern) for pattern in FILES)
            if wanted and (folder / file.name).resolve() != file.resolve():
                # A fetched file is a link into the cache; what is saved stands alone.
                shutil.copyfile(file, folder / file.name)
    except OSError as problem:
        raise InputError(f"{folder}: cannot be saved to ({problem.strerror or problem})") from None
    return folder


def send_checkpoint(
    source: Path,
    repo_id: str,
    *,
    revision: str | None = None,
    private: bool | None = None,
    token: str | bool | None = None,
    message: str = "Upload a slantwise checkpoint",
) -> str:
    """Send a checkpoint to the hub in one commit, and its card with it; the address of the commit.

    The repository is made where it is not there (`private` or public), the branch `revision` too. Raises InputError
    where the hub refuses or cannot be reached.
    """
    from huggingface_hub import HfApi

    api = HfApi(token=token)
    try:
        name = api.create_repo(repo_id, private=private, exist_ok=True).repo_id
        if revision is not None:
            api.create_branch(name, branch=revision, exist_ok=True)
        with TemporaryDirectory() as folder:
            copy_checkpoint(source, folder)
            sent = api.upload_folder(repo_id=name, folder_path=folder, commit_message=message, revision=revision)
    except Exception as problem:
        raise InputError(f"{repo_id}: cannot be sent to the hub ({_first_line(problem)})") from problem
    return str(sent.commit_url)


def _first_line(problem: Exception) -> str:
    return (str(problem).strip() or type(problem).__name__).splitlines()[0]
