"""The settings of a `WebSocketClient`: Godot's and our own."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from wsclient.ground.error import Error
from wsclient.websocket.route_settings import RouteSettings

if TYPE_CHECKING:
    from ssl import SSLContext

    from wsclient.transport.base import Settings
    from wsclient.websocket.link import Link
    from wsclient.websocket.poll_meter import PollMeter

__all__ = ["WebSocketClientSettings", "WebSocketSettings", "check_seconds"]


class WebSocketSettings:
    """The settings of both clients and servers: compression and times."""

    _settings: Settings
    _meter: PollMeter

    # Compression

    @property
    def compression(self) -> bool:
        """True to offer compression to the server (permessage-deflate); default False.

        See RFC 7692. Not in Godot 3.

        It applies from the next connection on, if the server agrees. Messages of 128 bytes or more are compressed,
        which takes about ten microseconds per kilobyte, and about 200 KiB of memory. It pays for text over slow
        networks, but not for the small messages of most games.

        Do not use it if a secret is sent together with data that a stranger may choose, or after it, even over TLS. The
        length of the sent data reveals if the two are similar, so that the secret can be guessed step by step (the
        attacks known as CRIME and BREACH).
        """
        return self._settings.compression

    @compression.setter
    def compression(self, enabled: bool) -> None:
        self._settings.compression = bool(enabled)

    # Times

    @property
    def handshake_timeout(self) -> float:
        """The time limit of an attempt in seconds; 0 for none. Default 10.0.

        An attempt lasts from name lookup to the server's answer.

        As with all timeouts, time without calls to `poll()` does not count. Not in Godot.
        """
        return self._settings.handshake_timeout

    @handshake_timeout.setter
    def handshake_timeout(self, seconds: float) -> None:
        self._settings.handshake_timeout = check_seconds("handshake_timeout", seconds)
        self._settings_changed()

    @property
    def close_timeout(self) -> float:
        """The time limit of closing in seconds; 0 for none. Default 5.0. Not in Godot."""
        return self._settings.close_timeout

    @close_timeout.setter
    def close_timeout(self, seconds: float) -> None:
        self._settings.close_timeout = check_seconds("close_timeout", seconds)
        self._settings_changed()

    @property
    def heartbeat_interval(self) -> float:
        """The time between two pings in seconds; 0 for no pings. Default 20.0.

        A connection ends if nothing arrives between two pings, or if the last three pings have no pong.

        No pings are sent while reading is paused because the program does not read its packets. Not in Godot 3.
        """
        return self._settings.heartbeat_interval

    @heartbeat_interval.setter
    def heartbeat_interval(self, seconds: float) -> None:
        self._settings.heartbeat_interval = check_seconds("heartbeat_interval", seconds)
        self._settings_changed()

    @property
    def poll_budget(self) -> float:
        """The time limit of one `poll()` in seconds, with handlers; default 0.004.

        The rest is done by the next call.

        The clock is checked after each call to the handlers and after each read. With 0, each `poll()` takes one step.
        Not in Godot.
        """
        return self._meter.budget

    @poll_budget.setter
    def poll_budget(self, seconds: float) -> None:
        self._meter.budget = check_seconds("poll_budget", seconds)

    def _settings_changed(self) -> None:
        raise NotImplementedError


class WebSocketClientSettings(WebSocketSettings, RouteSettings):
    """The settings of a client, with those of TLS and of the way to the server."""

    _link: Link

    @property
    def verify_ssl(self) -> bool:
        """True (the default) to check the server's certificate and name.

        It applies from the next connection on.
        """
        return self._settings.verify_ssl

    @verify_ssl.setter
    def verify_ssl(self, enabled: bool) -> None:
        self._settings.verify_ssl = bool(enabled)

    def set_verify_ssl_enabled(self, enabled: bool) -> None:
        """Sets `verify_ssl`."""
        self.verify_ssl = enabled

    def is_verify_ssl_enabled(self) -> bool:
        """Returns `verify_ssl`."""
        return self.verify_ssl

    @property
    def trusted_ssl_certificate(self) -> str | bytes | os.PathLike[str] | SSLContext | None:
        """The trusted certificate; None (the default) for the usual roots.

        These are the roots of the system and of certifi.

        It may be a path to a PEM file, PEM text, DER bytes, or an `ssl.SSLContext`. Set it while disconnected. If not,
        the new value is refused (see `last_error`).
        """
        return self._settings.trusted_certificate

    @trusted_ssl_certificate.setter
    def trusted_ssl_certificate(self, certificate: str | bytes | os.PathLike[str] | SSLContext | None) -> None:
        if isinstance(certificate, os.PathLike):
            certificate = os.fspath(certificate)
        # Check its methods, because the module `ssl` is not imported before the first wss.
        if not isinstance(certificate, str | bytes | None) and not hasattr(certificate, "wrap_bio"):
            kind = type(certificate).__name__
            raise TypeError(f"trusted_ssl_certificate takes a path, PEM, DER or an SSLContext, not {kind}")
        if self._link.transport is not None:
            message = "the trusted certificate can be set while disconnected only"
            self._link.refuse(Error.ERR_ALREADY_IN_USE, message)
            return
        self._settings.trusted_certificate = certificate

    def set_trusted_ssl_certificate(self, certificate: str | bytes | os.PathLike[str] | SSLContext | None) -> None:
        """Sets `trusted_ssl_certificate`."""
        self.trusted_ssl_certificate = certificate

    def get_trusted_ssl_certificate(self) -> str | bytes | os.PathLike[str] | SSLContext | None:
        """Returns `trusted_ssl_certificate`."""
        return self.trusted_ssl_certificate

    def _settings_changed(self) -> None:
        if self._link.transport is not None:
            self._link.transport.settings_changed()


def check_seconds(name: str, value: float) -> float:
    """Returns the seconds of a setting as a float.

    Raises:
        TypeError: it is not a number.
        ValueError: it is negative, infinite or not a number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} takes seconds as a number, not {value!r}")
    if not 0 <= value <= sys.float_info.max:
        raise ValueError(f"{name} takes seconds from 0 on, not {value!r}")
    return float(value)
