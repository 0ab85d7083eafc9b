"""Files in remote stores (s3://, gs://) through fsspec: found, opened, and every failure said in one line.

Credentials are those that the stores' own libraries find: environment, profiles, the machine's role. Knows nothing of
formats or articles.
"""

from __future__ import annotations

import glob
import io
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from slantwise.records import InputError

SCHEMES = ("s3", "gs")

_BLOCK = 2**20
# Where each store's library looks for credentials, as a user would set them.
_CREDENTIALS = {
    "s3": "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE, or FSSPEC_S3_ANON=true for a public bucket",
    "gs": "set GOOGLE_APPLICATION_CREDENTIALS or run gcloud auth application-default login",
}
_NO_CREDENTIALS = re.compile(
    r"credentials? (?:were|was) not found|(?:no|locate|partial|find) .{0,30}credentials|anonymous caller"
    r"|profile .{0,80}not be found",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b40[13]\b|forbidden|denied|does not exist in our records|unauthori[sz]ed|signature we calculated"
    r"|invalid credentials|token .{0,40}(?:expired|invalid)",
    re.IGNORECASE,
)


class Store:
    """The store that an address lies in."""

    def __init__(self, place: str, scheme: str) -> None:
        """InputError where the scheme is not read or its library is missing."""
        if scheme not in SCHEMES:
            accepted = f"http, https, {' and '.join(SCHEMES)}"
            raise InputError(f"{place}: addresses with {scheme}:// are not read; accepted are {accepted}")
        from fsspec.core import url_to_fs

        for name in ("gcsfs", "google.auth", "s3fs"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what they log is said by the error
        self._scheme = scheme
        try:
            with self._said(place):
                # A listing that is kept would hide what is added while a server runs.
                self._system, self.path = url_to_fs(place, use_listings_cache=False)
        except ImportError:
            raise InputError(
                f"{place}: reading {scheme}:// needs a library more: pip install 'slantwise[{scheme}]'"
            ) from None

    def files(self, place: str) -> tuple[list[str], str]:
        """The paths of the files that the address names, by name, and the folder they are sorted under.

        That folder is empty where the address names one file. InputError where there is none.
        """
        system, path = self._system, self.path
        with self._said(place):
            if glob.has_magic(path):
                files, root = sorted(system.glob(path)), re.split(r"[^/]*[*?\[]", path)[0]
            elif system.isdir(path):
                files, root = sorted(system.find(path)), path
            else:
                files, root = [path] if system.exists(path) else [], ""
            if not files:
                bucket = path.strip("/").split("/")[0]
                missing = bucket and not system.exists(bucket)
                raise InputError(f"{place}: there is no such {f'bucket ({bucket})' if missing else 'file or folder'}")
        return files, root

    def opening(self, path: str, name: str) -> Callable[[], IO[bytes]]:
        """What opens a file; all that goes wrong, then or while it is read, is an InputError that names it."""

        def opened() -> IO[bytes]:
            with self._said(name):
                return io.BufferedReader(_Stream(self._system.open(path, "rb"), self._said, name), _BLOCK)

        return opened

    @contextmanager
    def _said(self, place: str) -> Iterator[None]:
        """Whatever a store's library raises, as InputError: each has errors of its own, down to its network's."""
        try:
            yield
        except (InputError, ImportError):
            raise
        except FileNotFoundError:
            raise InputError(f"{place}: there is no such file or folder") from None
        except Exception as problem:
            said = " ".join(str(problem).split()) or type(problem).__name__
            if _NO_CREDENTIALS.search(said):
                what = f"no credentials for it ({said[:160]}); {_CREDENTIALS.get(self._scheme, '')}"
            elif isinstance(problem, PermissionError) or _DENIED.search(said):
                what = f"access denied ({said[:160]}); the credentials found may not read it"
            else:
                what = f"cannot be read ({said[:200]})"
            raise InputError(f"{place}: {what}") from None


class _Stream(io.RawIOBase):
    """A remote file whose failures are said."""

    def __init__(self, inner: Any, said: Callable[[str], Any], name: str) -> None:
        self._inner, self._said, self._name = inner, said, name

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._inner.seekable())

    def readinto(self, buffer: Any) -> int:
        with self._said(self._name):
            data = self._inner.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with self._said(self._name):
            return int(self._inner.seek(offset, whence))

    def tell(self) -> int:
        return int(self._inner.tell())

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()
