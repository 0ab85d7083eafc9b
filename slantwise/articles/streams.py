"""Bytes from outside, read with limits: pieces of bounded size, compression that may not swell without end, UTF-8."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import IO, Any

from slantwise.records import InputError

# One article, whatever form it comes in: a file, a line, a cell, a page.
LARGEST = 16 * 2**20
# What may be unpacked whatever its ratio, and how many times its packed size more may be. Text packs 3 to 10 times.
UNPACKED_FREELY = 64 * 2**20
UNPACKED_RATIO = 200


def read_whole(stream: IO[bytes], place: str, largest: int = LARGEST) -> bytes:
    """All bytes of a stream; InputError when it has more than `largest`."""
    parts, size = [], 0
    while size <= largest and (part := stream.read(largest + 1 - size)):
        parts.append(part)
        size += len(part)
    data = b"".join(parts)
    if size > largest:
        raise InputError(f"{place}: larger than {largest / 2**20:.0f} MiB, which is too much for one article")
    return data


def lines_of(stream: IO[bytes], largest: int = LARGEST) -> Iterator[tuple[int, bytes | None]]:
    """Number and bytes of each line; None in place of a line longer than `largest`, of which the rest is skipped."""
    number = 0
    while line := stream.readline(largest + 1):
        number += 1
        if len(line) <= largest:
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(largest)
        yield number, None


def decoded(data: bytes, place: str) -> str:
    """UTF-8 text with plain line ends; InputError, with the line, where it is something else."""
    if b"\0" in data:
        raise InputError(f"{place}: a binary file, not text (byte 0 at offset {data.index(0)})")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise InputError(
            f"{place}, line {line}: byte 0x{data[problem.start]:02x} is not UTF-8; save the file as UTF-8"
        ) from None


def unpacked(stream: IO[bytes], place: str) -> io.BufferedReader[Any]:
    """The content of a gzip stream of any number of members, unpacked as it is read."""
    return _Unpacked(_Gunzip(stream, place), 2**16)


class _Unpacked(io.BufferedReader):
    """Reads what there is, perhaps less than was asked for: waiting for more would lose it when more is damaged."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(size) if size is None or size < 0 else self.read1(size)


class _Counting(io.RawIOBase):
    """Counts what is read through it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.count = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.count += len(data)
        return data


class _Gunzip(io.RawIOBase):
    def __init__(self, stream: IO[bytes], place: str) -> None:
        self._packed = _Counting(stream)
        self._inner = gzip.GzipFile(fileobj=self._packed)
        self._stream = stream
        self._place = place
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._inner.read1(len(buffer))
        except (EOFError, OSError, zlib.error) as problem:
            raise InputError(f"{self._place}: damaged gzip data ({problem}); what came before was read") from None
        self._count += len(data)
        if self._count > max(UNPACKED_FREELY, UNPACKED_RATIO * self._packed.count):
            raise InputError(
                f"{self._place}: unpacks to more than {UNPACKED_RATIO} times its size, which no text does; "
                "what came before was read"
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()
