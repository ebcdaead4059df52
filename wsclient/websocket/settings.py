"""The settings of a `WebSocketClient`: Godot's, and ours. All defaults are sensible."""

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
    """The settings of everything with WebSocket connections: compression, and times."""

    _settings: Settings
    _meter: PollMeter

    # Compression

    @property
    def compression(self) -> bool:
        """True to offer compression (permessage-deflate, RFC 7692) to the server; default False. Not in Godot 3.

        Applies to the next connection, and only if the server agrees. Messages of 128 bytes or more are compressed,
        which takes about ten microseconds per kilobyte, and some 200 KiB of memory. It is worth it for text over slow
        networks; a game's small messages do better without.

        Do not use it if a secret is sent in one message with, or after, data that a stranger may choose, even over
        TLS: the length of the sent data reveals, guess by guess, whether the two are alike (the attacks known as CRIME
        and BREACH).
        """
        return self._settings.compression

    @compression.setter
    def compression(self, enabled: bool) -> None:
        self._settings.compression = bool(enabled)

    # Times

    @property
    def handshake_timeout(self) -> float:
        """The time limit of an attempt in seconds, from name lookup to the server's answer; 0 for none. Default 10.0.

        As with all timeouts, time without calls of `poll()` does not count. Not in Godot.
        """
        return self._settings.handshake_timeout

    @handshake_timeout.setter
    def handshake_timeout(self, seconds: float) -> None:
        self._settings.handshake_timeout = check_seconds("handshake_timeout", seconds)

    @property
    def close_timeout(self) -> float:
        """The time limit of closing in seconds; 0 for none. Default 5.0. Not in Godot."""
        return self._settings.close_timeout

    @close_timeout.setter
    def close_timeout(self, seconds: float) -> None:
        self._settings.close_timeout = check_seconds("close_timeout", seconds)

    @property
    def heartbeat_interval(self) -> float:
        """Seconds from one ping to the next; 0 for no pings. Default 20.0.

        A connection ends if nothing arrives between two pings, or if the last three pings have no pong.

        It rests while reading is paused because the packets are not being read. Not in Godot 3.
        """
        return self._settings.heartbeat_interval

    @heartbeat_interval.setter
    def heartbeat_interval(self, seconds: float) -> None:
        self._settings.heartbeat_interval = check_seconds("heartbeat_interval", seconds)
        self._settings_changed()

    @property
    def poll_budget(self) -> float:
        """The time limit of one `poll()` in seconds, handlers included; default 0.004. The rest is done next time.

        The clock is checked after each call of the handlers and after each read. With 0, each `poll()` takes one
        step. Not in Godot.
        """
        return self._meter.budget

    @poll_budget.setter
    def poll_budget(self, seconds: float) -> None:
        self._meter.budget = check_seconds("poll_budget", seconds)

    def _settings_changed(self) -> None:
        raise NotImplementedError


class WebSocketClientSettings(WebSocketSettings, RouteSettings):
    """The settings of a client: those of TLS, and of the way to the server, too."""

    _link: Link

    @property
    def verify_ssl(self) -> bool:
        """True (the default) to check the server's certificate and name. Applies to the next connection."""
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
        """The trusted certificate in place of the system's and certifi's roots; None (the default) for these.

        A path to a PEM file, PEM text, DER bytes, or an `ssl.SSLContext`. Set it when disconnected: otherwise it is
        refused, see `last_error`, and keeps its value.
        """
        return self._settings.trusted_certificate

    @trusted_ssl_certificate.setter
    def trusted_ssl_certificate(self, certificate: str | bytes | os.PathLike[str] | SSLContext | None) -> None:
        if isinstance(certificate, os.PathLike):
            certificate = os.fspath(certificate)
        # Judged by its methods: the module that could say more is not imported before the first wss.
        if not isinstance(certificate, str | bytes | None) and not hasattr(certificate, "wrap_bio"):
            raise TypeError(f"trusted_ssl_certificate takes a path, PEM, DER or an SSLContext, not {certificate!r}")
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
    """Returns a setting's seconds as a float.

    Raises:
        TypeError: it is no number.
        ValueError: it is negative, infinite or not a number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} takes seconds as a number, not {value!r}")
    if not 0 <= value <= sys.float_info.max:
        raise ValueError(f"{name} takes seconds from 0 on, not {value!r}")
    return float(value)
