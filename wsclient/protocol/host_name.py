"""Encodes host names that are not ASCII, as browsers do.

See UTS 46, non-transitional.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wsclient.protocol.errors import InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["to_ascii"]

_DOTS = "[.\u3002\uff0e\uff61]"  # RFC 3490 section 3.1

# UTS 46 ignores these, and so does the standard library's codec. Zero-width joiners are not among them.
_IGNORED = "[\u00ad\u034f\u180b-\u180d\u200b\u2060\u2064\ufe00-\ufe0f\ufeff]"

_EXTRA = "the package idna reads it as browsers do: pip install godot-wsclient[idna]"


def to_ascii(host: str, shown: str) -> str:
    """Returns a host name in lower-case ASCII.

    Other labels are encoded in Punycode (RFC 3492).

    A name in ASCII is only put in lower case. Other names are mapped by the package `idna` if it is installed, or by
    the standard library's codec if not. That codec is of 2003, so a name is refused if it would map it to another one.

    Args:
        host: the host as written.
        shown: the same, for messages.

    Raises:
        InvalidArgument: it is not a host name, or it needs the package.
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
    """Raised if the standard library's codec maps a name to another one.

    Browsers would use a different name then.
    """


def _uts46() -> Callable[[str], str] | None:
    # Both are rarely needed, and take milliseconds to import.
    try:
        from idna import uts46_remap  # noqa: PLC0415
    except ImportError:
        return None
    # Its encode() refuses names that browsers accept, such as "a_b" and "i\u2764". Only its mapping is needed.
    return lambda host: uts46_remap(host, std3_rules=False, transitional=False)


def _map_by_codec(host: str) -> str:
    """Maps each label as IDNA 2003 does (RFC 3491).

    Raises `_AnotherName` if today's mapping differs.
    """
    from encodings.idna import nameprep  # noqa: PLC0415 - as above

    labels = re.split(_DOTS, host)
    mapped = [label.lower() if label.isascii() else nameprep(label) for label in labels]
    if mapped != [_expected(label) for label in labels]:
        raise _AnotherName
    return ".".join(mapped)


def _expected(label: str) -> str:
    """Returns a label as UTS 46 maps it, by the tables of this Python.

    It maps letter by letter, because `str.lower` maps a capital sigma at the end of a label to another letter.
    """
    from unicodedata import normalize  # noqa: PLC0415 - as above

    return normalize("NFKC", "".join(map(str.lower, normalize("NFKC", re.sub(_IGNORED, "", label)))))
