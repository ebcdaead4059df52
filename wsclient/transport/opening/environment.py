"""Finds the proxies that the environment names.

These are http_proxy and similar variables, and the settings of Windows and macOS.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.transport.opening.blame import note_of
from wsclient.transport.opening.route import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["ProxyEnvironment"]

_KEYS: Final = {False: ("ws", "http", "all"), True: ("wss", "https", "all")}  # by is_secure; the first one set counts

_HAS_SYSTEM_SETTINGS: Final = sys.platform in ("win32", "darwin")
_OF_SYSTEM: Final = "the settings of this system"


class ProxyEnvironment:
    """Finds the proxy for a server, if the client does not specify one.

    Args:
        getproxies: returns the proxies by scheme. It is called in the lookup thread. None for that of urllib.
        bypasses: returns True if the settings of the system exempt a host. As `getproxies`.
        variables: the variables of the environment.
        has_system_settings: True if there may be a proxy although no variable is set.
    """

    def __init__(
        self,
        getproxies: Callable[[], Mapping[str, str]] | None = None,
        bypasses: Callable[[str], object] | None = None,
        *,
        variables: Mapping[str, str] = os.environ,
        has_system_settings: bool = _HAS_SYSTEM_SETTINGS,
    ) -> None:
        self._getproxies = getproxies
        self._bypasses = bypasses
        self._variables = variables
        self._has_system_settings = has_system_settings

    def may_have_proxy(self, server: Place) -> bool:
        """Returns True if `proxy_for` has to be called. Never waits, and imports nothing."""
        if _is_loopback(server.host):
            return False
        if self._has_system_settings:
            return True
        wanted = [f"{key}_proxy" for key in _KEYS[server.is_secure]]
        return any(name.lower() in wanted for name in self._variables)

    def proxy_for(self, server: Place) -> Place | Failure | None:
        """Returns the proxy for a server; None for a direct connection.

        Returns a failure if the setting cannot be used. May take long: call it in the lookup thread.
        """
        if _is_loopback(server.host):
            return None
        proxies = self._all_proxies()
        key = next((key for key in _KEYS[server.is_secure] if proxies.get(key)), None)
        if key is None or self._is_excepted(server, proxies.get("no", "")):
            return None
        return _place(proxies[key], self._origin(key))

    def _all_proxies(self) -> Mapping[str, str]:
        if self._getproxies is not None:
            return self._getproxies()
        from urllib.request import getproxies  # noqa: PLC0415 - 20 ms, in the thread

        return getproxies()

    def _is_excepted(self, server: Place, no_proxy: str) -> bool:
        from wsclient.transport.opening.no_proxy import is_excepted  # noqa: PLC0415 - milliseconds, in the thread

        if is_excepted(server.host, server.port, no_proxy):
            return True
        return self._has_system_settings and bool(self._of_system(server.host))

    def _of_system(self, host: str) -> object:
        if self._bypasses is not None:
            return self._bypasses(host)
        from urllib.request import proxy_bypass  # noqa: PLC0415 - see above

        return proxy_bypass(host)

    def _origin(self, key: str) -> str:
        name = f"{key}_proxy"
        if name in self._variables:
            return name
        return next((found for found in self._variables if found.lower() == name), self._unnamed(name))

    def _unnamed(self, name: str) -> str:
        return _OF_SYSTEM if self._has_system_settings else name


def _place(text: str, origin: str) -> Place | Failure:
    # For those who have a proxy, in the thread; the second for the frame in which it is connected to.
    from wsclient.protocol.proxy import Proxy  # noqa: PLC0415
    from wsclient.transport.opening import tunnelling  # noqa: F401, PLC0415

    try:
        return Place.of_proxy(Proxy.parse(text), origin)
    except InvalidArgument as error:
        detail = f"the proxy in {origin} cannot be used: {error}"
        hint = f"Correct {origin}, or set client.proxy."
        return Failure(
            stage=Stage.PROXY, kind=FailureKind.INVALID_ARGUMENT, detail=detail, hint=hint, note=note_of(origin)
        )


def _is_loopback(host: str) -> bool:
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost") or name == "::1":
        return True
    return name.startswith("127.") and name.replace(".", "").isdigit()
