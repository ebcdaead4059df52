"""Which servers to trust, as `ssl` wants it told. Imported and used in the lookup thread only: both take long."""

from __future__ import annotations

import os
import ssl
import sys
import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import certifi

if TYPE_CHECKING:
    from wsclient.transport.opening.resolver import TlsOptions

__all__ = ["CONTEXTS", "ContextCache"]

_MAX_CONTEXTS: Final = 8  # arbitrary; a program has one or two sets of options, and a context takes about a megabyte
_PEM_BEGIN: Final = "-----BEGIN"

_Key = tuple[bool, str | bytes | None]


class ContextCache:
    """Contexts by what they trust, each built once (it takes 20-40 ms). May be used from several threads."""

    def __init__(self) -> None:
        self._contexts: OrderedDict[_Key, ssl.SSLContext] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, options: TlsOptions) -> ssl.SSLContext:
        """Gives the context for these options.

        A certificate that is named by its path is read each time, so that a new one counts at the next attempt.

        Raises:
            OSError: a certificate cannot be read, or is none (`ssl.SSLError`).
            ValueError: the same, told in another way.
        """
        trusted = options.trusted_certificate
        if isinstance(trusted, ssl.SSLContext):
            return trusted
        key = (options.verify, _certificates(trusted) if options.verify and trusted is not None else None)
        with self._lock:
            if key not in self._contexts:
                self._contexts[key] = _build(*key)
                if len(self._contexts) > _MAX_CONTEXTS:
                    self._contexts.popitem(last=False)
            self._contexts.move_to_end(key)
            return self._contexts[key]

    def unlock(self) -> None:
        """Called in a forked child, where no thread is left that could open the lock."""
        self._lock = threading.Lock()


def _certificates(trusted: str | bytes) -> str | bytes:
    """PEM text or DER bytes, from either of them or a path."""
    if isinstance(trusted, str) and _PEM_BEGIN not in trusted:
        trusted = Path(trusted).read_bytes()
    if isinstance(trusted, bytes) and _PEM_BEGIN.encode() in trusted:
        return trusted.decode("ascii", "replace")
    return trusted


def _build(verify: bool, trusted: str | bytes | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks certificate and host name unless told otherwise
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif trusted is not None:
        # As in Godot: the server's own certificate will do, whoever signed it.
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        context.load_verify_locations(cadata=trusted)
    else:
        context.load_default_certs()
        context.load_verify_locations(certifi.where())
    return context


CONTEXTS: Final = ContextCache()
"""The program's own: what was built for one connection serves the next."""

if sys.platform != "win32" and hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=CONTEXTS.unlock)
