"""The server's folder: what was uploaded, and what was written of it. Knows nothing of HTTP or databases.

    folder/incoming/ID     an upload as it comes in; moved when it is whole
    folder/jobs/ID/named   uploaded files, each in a folder of its own; folder/jobs/ID/tree/OUTLET those sent with one
    folder/jobs/ID/1       what the first attempt wrote: report.html, rejects.jsonl
    folder/pages           fetched pages

Names of uploads become one plain part of a path, and of all others none comes from outside.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from slantwise.articles.files import ACCEPTED, SUFFIXES, format_of
from slantwise.records import Article, InputError

RESULTS = ("report.html", "rejects.jsonl")
ARTICLES = "articles.jsonl"
SKIPPED = "skipped.json"
_DAY = 24 * 3600.0
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent: the name its sender gave it, perhaps with folders, and its content."""

    name: str
    file: IO[bytes]


class Folder:
    """The folder of a server; several servers of one database share it."""

    def __init__(self, path: Path) -> None:
        """Make it where it is not there; InputError where that cannot be. Uploads given up a day ago are removed."""
        self.path = path
        try:
            for part in ("incoming", "jobs", "pages"):
                (path / part).mkdir(parents=True, exist_ok=True, mode=0o700)
            for left in (path / "incoming").iterdir():
                if left.stat().st_mtime < time.time() - _DAY:
                    shutil.rmtree(left, ignore_errors=True)
        except OSError as problem:
            raise InputError(f"folder {path}: cannot be used ({problem.strerror})") from None

    def receive(self, job_id: str, uploads: Iterable[Upload], articles: Sequence[Article]) -> tuple[str, ...]:
        """Keep what was sent for a job; the names it is kept under, in order.

        A name with folders, such as browsers send of a chosen folder, `saved/Daily/a.txt` or `Daily/a.txt`, makes the
        file's outlet the folder within the chosen one. What else lies in a chosen folder is skipped. Raises InputError
        for a file by itself whose ending is not read, and where nothing is left.
        """
        incoming = self.path / "incoming" / job_id
        names: list[str] = []
        skipped: list[str] = []
        try:
            incoming.mkdir(mode=0o700)
            for number, upload in enumerate(uploads, 1):
                outlet, name = _parts(upload.name)
                if format_of(name)[0] is None and re.search(r"[/\\]", upload.name):
                    skipped.append(name)
                    continue
                _check_ending(name)
                place = incoming / ("tree" if outlet else "named") / (outlet or f"{number:04}")
                place.mkdir(parents=True, exist_ok=True)
                # Of a folder, a file of the same name may have been sent already.
                place /= name if not (place / name).exists() else f"{number:04} {name}"
                with place.open("xb") as kept:
                    shutil.copyfileobj(upload.file, kept, 2**20)
                names.append(f"{outlet}/{place.name}" if outlet else name)
            if articles:
                place = incoming / "named" / "0000"
                place.mkdir(parents=True)
                with (place / ARTICLES).open("x", encoding="ascii") as lines:
                    for a in articles:
                        row = {"text": a.text, "outlet": a.outlet, "title": a.title, "date": a.date, "url": a.url}
                        print(json.dumps(row), file=lines)
                names.append(ARTICLES)
            if skipped and not names:
                _check_ending(skipped[0])
            (incoming / SKIPPED).write_text(json.dumps(skipped), encoding="ascii")
            incoming.rename(self._of(job_id))
        except BaseException:
            shutil.rmtree(incoming, ignore_errors=True)
            raise
        return tuple(names)

    def places(self, job_id: str) -> list[str]:
        """What `read_articles` is to read of a job's uploads."""
        named = sorted((self._of(job_id) / "named").glob("*/*"))
        tree = self._of(job_id) / "tree"
        return [*map(str, named), *([str(tree)] if tree.is_dir() else [])]

    def skipped(self, job_id: str) -> list[str]:
        """The names of files in a chosen folder that are not read."""
        found: list[str] = json.loads((self._of(job_id) / SKIPPED).read_text(encoding="ascii"))
        return found

    def shown(self, job_id: str, text: str) -> str:
        """A text with the names that uploads had in place of the paths they are kept at."""
        inside = re.escape(str(self._of(job_id)) + os.sep)
        return re.sub(rf"{inside}(?:named/\d{{4}}/|tree/|\d+/)?", "", text)

    def shown_article(self, job_id: str, article: Article) -> Article:
        """An article whose origin is the name of its upload."""
        return replace(article, origin=self.shown(job_id, article.origin))

    def results(self, job_id: str, attempt: int) -> Path:
        """Where an attempt writes; what an earlier server left of it is removed."""
        place = self._of(job_id) / str(attempt)
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(mode=0o700)
        return place

    def result(self, job_id: str, attempt: int, name: str) -> Path | None:
        """A file that an attempt wrote, one of `RESULTS`; None where it did not."""
        if name not in RESULTS:
            return None
        place = self._of(job_id) / str(attempt) / name
        return place if place.is_file() else None

    def remove(self, job_id: str) -> None:
        """Remove all of a job."""
        shutil.rmtree(self._of(job_id), ignore_errors=True)

    def _of(self, job_id: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{32}", job_id):
            raise InputError(f"job {job_id[:40]!r} is no id of a job")
        return self.path / "jobs" / job_id


def _check_ending(name: str) -> None:
    if format_of(name)[0] is None:
        endings = " ".join(sorted(SUFFIXES))
        raise InputError(f"{name}: files ending so are not read; accepted are {endings} (.gz after them too)")


def _parts(name: str) -> tuple[str, str]:
    """The outlet (or nothing) and the file name in what a sender calls a file."""
    parts = [p for p in (_plain(part) for part in re.split(r"[/\\]", name)) if p]
    if not parts:
        raise InputError(f"a file without a name; accepted are {ACCEPTED.partition(', and - ')[0]}")
    outlet = parts[1] if len(parts) > 2 else parts[0] if len(parts) == 2 else ""
    return outlet, parts[-1]


def _plain(part: str) -> str:
    """A part of a path without what could lead elsewhere, hide the file or end the line; its ending stays."""
    shown = "".join(c if c.isprintable() and c not in '<>:"|?*' else "_" for c in part).strip().lstrip(".").strip()
    raw = shown.encode("utf-8", "replace")
    if len(raw) > _LONGEST_NAME:
        ending = "".join(Path(shown).suffixes[-2:])[-20:]
        shown = raw[: _LONGEST_NAME - 20].decode("utf-8", "ignore") + ending
    return shown
