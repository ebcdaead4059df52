"""Servers whose certificates no client should take, each for a reason of its own."""

from __future__ import annotations

import datetime as dt
import ssl
import tempfile
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.support.tls import authority, server_context

__all__ = [
    "HOST",
    "asking_for_a_certificate",
    "by_a_stranger",
    "for_clients_only",
    "named",
    "named_oddly",
    "named_the_old_way",
    "of_another_time",
    "self_signed",
    "speaking",
    "with_a_weak_key",
]

HOST = "game.example"

_Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def named(*names: str) -> ssl.SSLContext:
    """A good one, by these names; not good enough for others."""
    return server_context(*names)


def of_another_time(*, years: int) -> ssl.SSLContext:
    """Valid for ten years, beginning so many years from now."""
    begin = dt.datetime.now(dt.UTC) + dt.timedelta(days=365 * years)
    leaf = authority().issue_cert(HOST, not_before=begin, not_after=begin + dt.timedelta(days=3650))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context


def by_a_stranger() -> ssl.SSLContext:
    """Makes a certificate of an untrusted authority."""
    return server_context(HOST, ca=trustme.CA())


def self_signed() -> ssl.SSLContext:
    """By itself."""
    return _context(ec.generate_private_key(ec.SECP256R1()))


def with_a_weak_key() -> ssl.SSLContext:
    """RSA of 1024 bits."""
    return _context(rsa.generate_private_key(public_exponent=65537, key_size=1024), is_signed_by_itself=False)


def for_clients_only() -> ssl.SSLContext:
    """By the authority, but to prove who a client is."""
    key = ec.generate_private_key(ec.SECP256R1())
    return _context(key, is_signed_by_itself=False, purpose=ExtendedKeyUsageOID.CLIENT_AUTH)


def named_the_old_way() -> ssl.SSLContext:
    """Makes a certificate whose name is in the subject only.

    Godot makes such certificates for itself.
    """
    return _context(ec.generate_private_key(ec.SECP256R1()), is_signed_by_itself=False, name=None)


def named_oddly(name: str) -> ssl.SSLContext:
    """By a name that no decent authority would sign."""
    return _context(ec.generate_private_key(ec.SECP256R1()), is_signed_by_itself=False, name=name)


def speaking(
    *, at_most: ssl.TLSVersion | None = None, at_least: ssl.TLSVersion | None = None, ciphers: str | None = None
) -> ssl.SSLContext:
    """A good one, with whom no common language may be found."""
    context = server_context(HOST)
    if ciphers is not None:
        context.set_ciphers(ciphers)
    if at_least is not None:
        context.minimum_version = at_least
    if at_most is not None:
        context.maximum_version = at_most
    return context


def asking_for_a_certificate(version: ssl.TLSVersion) -> ssl.SSLContext:
    """A good one that wants to know who we are."""
    context = speaking(at_most=version)
    context.verify_mode = ssl.CERT_REQUIRED
    authority().configure_trust(context)
    return context


def _context(
    key: _Key,
    *,
    is_signed_by_itself: bool = True,
    name: str | None = HOST,
    purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
) -> ssl.SSLContext:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    issuer, issuer_key = subject, key
    if not is_signed_by_itself:
        ca = x509.load_pem_x509_certificate(authority().cert_pem.bytes())
        issuer = ca.subject
        issuer_key = serialization.load_pem_private_key(authority().private_key_pem.bytes(), None)
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    )
    if name is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return _loaded(key, builder.sign(issuer_key, hashes.SHA256()))


def _loaded(key: _Key, certificate: x509.Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT@SECLEVEL=0")  # or else the server would not take its own key
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    with tempfile.TemporaryDirectory() as folder:  # a chain is loaded from files only
        path = Path(folder, "server.pem")
        path.write_bytes(pem)
        context.load_cert_chain(path)
    return context
