"""Builds TLS contexts and loads the trusted certificates.

Imported and used only in the lookup thread, because both take long.
"""

from __future__ import annotations

import codecs
import contextlib
import logging
import os
import re
import ssl
import sys
import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import certifi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wsclient.transport.opening.resolver import TlsOptions

__all__ = ["CONTEXTS", "ContextCache"]

_log: Final = logging.getLogger("wsclient")

_MAX_CONTEXTS: Final = 8  # arbitrary; a program has one or two sets of options, and a context takes about a megabyte
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # as Windows saves "Unicode" text
_PEM_BEGIN: Final = "-----BEGIN"
_PEM: Final = re.compile(r"-----BEGIN (?P<kind>[A-Z0-9 ]*CERTIFICATE)-----.*?-----END (?P=kind)-----", re.DOTALL)

_Key = tuple[bool, str | bytes | None]


class ContextCache:
    """Caches contexts by their trusted certificates.

    Building one takes 20-40 ms. May be used from several threads.
    """

    def __init__(self) -> None:
        self._contexts: OrderedDict[_Key, ssl.SSLContext] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, options: TlsOptions) -> ssl.SSLContext:
        """Returns the context for these options.

        A certificate named by its path is read each time, so that the next attempt uses a new one.

        Raises:
            OSError: a certificate cannot be read, or is invalid (`ssl.SSLError`).
            ValueError: a certificate is invalid in another way.
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

    def has(self, options: TlsOptions) -> bool:
        """Returns True if `get` would return immediately.

        The context then exists, and no file has to be read.
        """
        trusted = options.trusted_certificate
        if isinstance(trusted, ssl.SSLContext):
            return True
        return (options.verify, None) in self._contexts if trusted is None or not options.verify else False

    def unlock(self) -> None:
        """Replaces the lock in a forked child, which has no thread that could release it."""
        self._lock = threading.Lock()


def _certificates(trusted: str | bytes) -> str | bytes:
    """Returns PEM text or DER bytes, from one of these or a path."""
    if isinstance(trusted, str) and _PEM_BEGIN not in trusted:
        trusted = Path(trusted).read_bytes()
    if isinstance(trusted, bytes):
        if trusted[:2] in _UTF_16:
            trusted = trusted.decode("utf-16", "replace").encode("ascii", "replace")
        if _PEM_BEGIN.encode() not in trusted:
            return trusted
        trusted = trusted.decode("ascii", "replace")
    # Bundles have comments between the certificates, in any language and encoding.
    return "\n".join(block.group() for block in _PEM.finditer(trusted)) or trusted


def _build(verify: bool, trusted: str | bytes | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks certificate and host name by default
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # As in ssl.create_default_context: lets a developer decrypt the traffic, for instance with Wireshark.
    if (key_log := os.environ.get("SSLKEYLOGFILE")) and not sys.flags.ignore_environment:
        context.keylog_filename = key_log
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif trusted is not None:
        # As in Godot: the server's own certificate is enough, whoever signed it.
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        context.load_verify_locations(cadata=trusted)
    else:
        _trust_the_system(context)
        context.load_verify_locations(certifi.where())
    return context


def _trust_the_system(context: ssl.SSLContext) -> None:
    """Loads all readable certificates from the system's store.

    `load_default_certs` does the same, but if one certificate of Windows cannot be read, it raises, or with Python 3.14
    warns.
    """
    context.set_default_verify_paths()
    skipped = sum(not _trust(context, certificate) for certificate in _certificates_of_windows())
    if skipped:
        _log.warning("%d certificates in the store of this system cannot be read, and are skipped", skipped)


def _trust(context: ssl.SSLContext, certificate: bytes) -> bool:
    try:
        context.load_verify_locations(cadata=certificate)
    except ssl.SSLError:
        return False
    return True


def _certificates_of_windows() -> Iterator[bytes]:
    """Iterates over the certificates that Windows trusts, in DER.

    They are the ones that `ssl.SSLContext.load_default_certs` would load.
    """
    for store in ("CA", "ROOT"):
        found: list[tuple[bytes, str, set[str] | bool]] = []
        with contextlib.suppress(OSError):  # a store that this user may not read
            found = getattr(ssl, "enum_certificates", _none)(store)
        for certificate, encoding, trust in found:
            if encoding == "x509_asn" and (trust is True or (trust and ssl.Purpose.SERVER_AUTH.oid in trust)):
                yield certificate


def _none(_store: str) -> list[tuple[bytes, str, set[str] | bool]]:
    return []


CONTEXTS: Final = ContextCache()
"""The cache of the program, so that a context built for one connection serves the next."""

if sys.platform != "win32" and hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=CONTEXTS.unlock)
