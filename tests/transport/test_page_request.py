from __future__ import annotations

import re

import pytest

from wsclient.protocol.proxy import Proxy
from wsclient.protocol.url import URL
from wsclient.transport.base import OpeningRequest, Settings
from wsclient.transport.page_request import address_of, refusal_of

PEM = "-----BEGIN CERTIFICATE-----"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("example.com", "ws://example.com:80/"),
        ("wss://example.com/a?b=c", "wss://example.com:443/a?b=c"),
        ("ws://me:secret@example.com", "ws://example.com:80/"),
        ("ws://[::1]:9000", "ws://[::1]:9000/"),
        ("ws://[fe80::1%eth0]:9000", "ws://[fe80::1%eth0]:9000/"),  # the browser refuses it, and asks no other host
    ],
)
def test_a_browser_is_passed_the_whole_url(url: str, address: str) -> None:
    assert address_of(URL.parse(url)) == address


@pytest.mark.parametrize(
    ("url", "headers", "settings", "words"),
    [
        ("ws://a/", (("X-Token", "secret"),), Settings(), r"headers \(X-Token\).*subprotocol.*first message"),
        ("ws://me:secret@a/", (), Settings(), "user name and password.*query"),
        ("wss://a/", (), Settings(verify_ssl=False), "verify_ssl = False"),
        ("wss://a/", (), Settings(trusted_certificate=PEM), "trusted_ssl_certificate"),
    ],
    ids=["headers", "password", "unverified", "certificate"],
)
def test_options_that_a_page_cannot_have_are_named(
    url: str, headers: tuple[tuple[str, str], ...], settings: Settings, words: str
) -> None:
    refusal = refusal_of(OpeningRequest(URL.parse(url), (), headers), settings)

    assert re.search(words, refusal)
    assert "secret" not in refusal


@pytest.mark.parametrize("settings", [Settings(), Settings(verify_ssl=False, trusted_certificate=PEM)])
def test_options_of_tls_are_ignored_without_it(settings: Settings) -> None:
    assert refusal_of(OpeningRequest(URL.parse("ws://a/"), ("chat",)), settings) == ""


def test_a_proxy_is_set_in_the_browser() -> None:
    settings = Settings()
    settings.proxy = Proxy.parse("http://me:secret@p")

    refusal = refusal_of(OpeningRequest(URL.parse("ws://a/")), settings)

    assert "leave proxy out" in refusal
    assert "secret" not in refusal
