"""Pages that were fetched, on disk: a file each, named by the hash of the address. Nothing in it is ever executed."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Page:
    """What an address answered: the one that the redirects ended at, the content type and the unpacked body."""

    url: str
    body: bytes
    type: str = ""
    status: int = 200


def default_folder() -> Path:
    """The user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "slantwise" / "pages"


class PageCache:
    """Keeps pages in a folder; what is damaged there counts as absent."""

    def __init__(self, folder: Path, largest: int) -> None:
        self._folder = folder
        self._largest = largest

    def get(self, url: str, max_age: float = float("inf")) -> Page | None:
        """The page kept for an address, if it was fetched in the last `max_age` seconds."""
        try:
            head, _, packed = self._file(url).read_bytes().partition(b"\n")
            values = json.loads(head)
            if values.pop("asked") != url or time.time() - float(values.pop("time")) > max_age:
                return None
            unpacker = zlib.decompressobj()
            body = unpacker.decompress(packed, self._largest)
            return Page(body=body, **values) if unpacker.eof else None
        except (OSError, ValueError, TypeError, KeyError, AttributeError, zlib.error):
            return None

    def put(self, url: str, page: Page) -> None:
        """Keep a page; all of it or nothing."""
        values = asdict(page)
        body = zlib.compress(values.pop("body"), 6)
        head = json.dumps({**values, "asked": url, "time": time.time()}).encode()
        file = self._file(url)
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(head + b"\n" + body)
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _file(self, url: str) -> Path:
        name = hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()
        return self._folder / name[:2] / name[2:]
