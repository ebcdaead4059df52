"""Puts the stage "proxy" on each failure that is the fault of a proxy.

This includes failures of its name, of TCP and of TLS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wsclient.protocol.events import FailureKind, Stage

if TYPE_CHECKING:
    from wsclient.protocol.events import Failure
    from wsclient.transport.opening.route import Place

__all__ = ["OF_CLIENT", "blamed", "note_of"]

OF_CLIENT: Final = "client.proxy"
"""The origin of a proxy that was set on the object."""

# Hints for the kinds of failure whose usual hint is about a server.
_HINTS: Final = {
    FailureKind.NAME_NOT_FOUND: "Check the spelling of the proxy's name, and whether this computer is online.",
    FailureKind.REFUSED: "Is the proxy running, and is this its port?",
    FailureKind.TIMEOUT: "The proxy may be down, overloaded, or behind a firewall.",
    FailureKind.LOST: "It may not be a proxy of that kind: check the scheme, the host and the port.",
    FailureKind.TLS: "It may not speak TLS: try http:// in front of its address.",
    FailureKind.CERTIFICATE: (
        "Check this computer's clock and the proxy's name; for a private certificate, set trusted_ssl_certificate."
    ),
    FailureKind.TLS_ON_PLAIN_PORT: "Write http:// in front of its address.",
}

# The words of TLS speak of a server.
_OF_TLS: Final = frozenset({FailureKind.TLS, FailureKind.CERTIFICATE, FailureKind.TLS_ON_PLAIN_PORT})


def blamed(failure: Failure, place: Place) -> Failure:
    """Returns the failure with stage "proxy" if the place is a proxy.

    If it is not, returns the failure unchanged.
    """
    if place.proxy is None:
        return failure
    detail, hint = failure.detail, failure.hint
    if failure.stage is Stage.TLS and failure.kind in _OF_TLS:
        detail, hint = _of_proxy(detail, str(place)), ""  # not that of ws:// and wss://
    elif failure.stage is Stage.RESOLVE:
        detail = f"{place} cannot be looked up: {detail}"
    hint = hint or _HINTS.get(failure.kind, "")
    return failure.replace(stage=Stage.PROXY, detail=detail, hint=hint, note=note_of(place.origin))


def _of_proxy(detail: str, place: str) -> str:
    """Turns a TLS message about a server into one about the proxy."""
    words = detail.removesuffix(f" ({place})")
    if words.startswith("the server "):
        return f"{place} {words.removeprefix('the server ')}"
    if place in words:
        return detail
    words = words.replace("the server's", "the proxy's").replace("the server", "it")
    return f"{place}: {words}"


def note_of(origin: str) -> str:
    """Returns the origin of a proxy's address, as shown at the end of a message."""
    return f"(proxy from {origin})" if origin == OF_CLIENT else f'(proxy from {origin}; set client.proxy = "" for none)'
