"""Host names that are not ASCII, as browsers send them (UTS 46, non-transitional)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wsclient.protocol.errors import InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["to_ascii"]

_DOTS = re.compile("[.\u3002\uff0e\uff61]")  # RFC 3490 section 3.1

# UTS 46 ignores these, and so does the standard library's codec. Zero-width joiners are not among them.
_IGNORED = re.compile("[\u00ad\u034f\u180b-\u180d\u200b\u2060\u2064\ufe00-\ufe0f\ufeff]")

_EXTRA = "the package idna reads it as browsers do: pip install godot-wsclient[idna]"


def to_ascii(host: str, shown: str) -> str:
    """Returns a host name in lower case ASCII, each other label in Punycode (RFC 3492).

    A name that is all ASCII only becomes lower case. Others are mapped by the package `idna` if it is installed, else
    by the standard library's codec, which is of 2003: a name that it would map to another one is refused.

    Args:
        host: as it was written.
        shown: the same, for messages.

    Raises:
        InvalidArgument: it is no host name, or needs the package.
    """
    if host.isascii():
        return host.lower()
    map_name = _uts46()
    try:
        mapped = _map_by_codec(host) if map_name is None else map_name(host)
        return ".".join(
            label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in mapped.split(".")
        )
    except _AnotherName:
        raise InvalidArgument(f"{shown} would be taken for another name; {_EXTRA}") from None
    except UnicodeError:
        advice = f"; {_EXTRA}" if map_name is None else ""
        raise InvalidArgument(f"{shown} is not an internationalized domain name{advice}") from None


class _AnotherName(Exception):
    """The standard library's codec makes another name of it than browsers do."""


def _uts46() -> Callable[[str], str] | None:
    # Both are for few, and take milliseconds to import.
    try:
        from idna import uts46_remap  # noqa: PLC0415
    except ImportError:
        return None
    # Its encode() refuses names that browsers accept, such as "a_b" and "i\u2764": only the mapping matters.
    return lambda host: uts46_remap(host, std3_rules=False, transitional=False)


def _map_by_codec(host: str) -> str:
    """Maps each label as IDNA 2003 does (RFC 3491). Raises `_AnotherName` if the mapping of today is another."""
    from encodings.idna import nameprep  # noqa: PLC0415 - as above

    labels = _DOTS.split(host)
    mapped = [label.lower() if label.isascii() else nameprep(label) for label in labels]
    if mapped != [_expected(label) for label in labels]:
        raise _AnotherName
    return ".".join(mapped)


def _expected(label: str) -> str:
    """Returns a label as UTS 46 maps it, as far as this Python's own tables know.

    Letter by letter, because in a whole label `str.lower` maps a final capital sigma to another letter.
    """
    from unicodedata import normalize  # noqa: PLC0415 - as above

    return normalize("NFKC", "".join(map(str.lower, normalize("NFKC", _IGNORED.sub("", label)))))
