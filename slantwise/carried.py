"""Where the files that travel with the library lie: the released model and the project's data.

In an installed wheel they are inside the package; in a checkout they are the folders `model/` and `data/` beside it.
"""

from pathlib import Path

from slantwise.records import InputError

_PACKAGE = Path(__file__).resolve().parent


def carried(name: str) -> Path:
    """The path of a carried file or folder, for example `model` or `data/test.jsonl`; InputError if it is not there."""
    for root in (_PACKAGE / "_carried", _PACKAGE.parent):
        if (root / name).exists():
            return root / name
    raise InputError(f"{name} does not come with this installation of slantwise; give a path of your own")
