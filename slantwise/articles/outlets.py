"""The outlet that an address belongs to: its registered domain."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def outlet_of(url: str) -> str:
    """The registered domain of a URL (`bbc.co.uk` of `https://www.bbc.co.uk/news`); empty where it has none."""
    try:
        host = urlsplit(url.strip() if "//" in url else f"//{url.strip()}").hostname or ""
    except ValueError:
        return ""
    return registered_domain(host)


@lru_cache(maxsize=4096)
def registered_domain(host: str) -> str:
    """The part of a host name that somebody registered; empty for addresses, bare suffixes and single words."""
    host = host.rstrip(".").lower()
    if "." not in host or host.replace(".", "").isdigit():
        return ""
    return _suffixes().privatesuffix(host) or ""


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    # The list comes with the package: nothing is fetched.
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
