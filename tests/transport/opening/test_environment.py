"""Tests that the environment decides if the client does not.

`getproxies` is a fake, or urllib's with fake variables.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.protocol.url import URL
from wsclient.transport.opening.environment import ProxyEnvironment
from wsclient.transport.opening.route import Place

if TYPE_CHECKING:
    from collections.abc import Mapping


def environment(proxies: Mapping[str, str]) -> ProxyEnvironment:
    """Whose variables are exactly these proxies."""
    variables = {f"{key}_proxy": value for key, value in proxies.items()}
    return ProxyEnvironment(lambda: proxies, variables=variables, has_system_settings=False)


def proxy(proxies: Mapping[str, str], url: str = "ws://game.example:8080/") -> str | None:
    found = environment(proxies).proxy_for(Place.of(URL.parse(url)))
    assert not isinstance(found, Failure), found
    return None if found is None else f"{found.proxy} {found.origin}"


@pytest.mark.parametrize(
    ("proxies", "for_ws", "for_wss"),
    [
        pytest.param({}, None, None, id="nothing"),
        pytest.param({"http": "http://h:1"}, "http://h:1 http_proxy", None, id="http"),
        pytest.param({"https": "http://s:1"}, None, "http://s:1 https_proxy", id="https"),
        pytest.param({"all": "a:1"}, "http://a:1 all_proxy", "http://a:1 all_proxy", id="all"),
        pytest.param(
            {"ws": "w:1", "http": "h:1", "all": "a:1"}, "http://w:1 ws_proxy", "http://a:1 all_proxy", id="ws"
        ),
        pytest.param({"wss": "w:1", "https": "h:1"}, None, "http://w:1 wss_proxy", id="wss"),
        pytest.param({"http": "", "all": "a:1"}, "http://a:1 all_proxy", "http://a:1 all_proxy", id="empty"),
        pytest.param({"ftp": "f:1", "no": "x"}, None, None, id="others"),
        pytest.param({"all": "socks5h://a"}, "socks5h://a:1080 all_proxy", "socks5h://a:1080 all_proxy", id="socks"),
    ],
)
def test_the_first_variable_that_fits_counts(
    proxies: Mapping[str, str], for_ws: str | None, for_wss: str | None
) -> None:
    assert proxy(proxies, "ws://game.example/") == for_ws
    assert proxy(proxies, "wss://game.example/") == for_wss


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.9.9.9", "127.1", "[::1]"])
def test_this_computer_never_uses_a_proxy_of_the_environment(host: str) -> None:
    server = Place.of(URL.parse(f"ws://{host}:8080/"))
    asked = environment({"http": "http://h:1"})

    assert not asked.may_have_proxy(server)
    assert asked.proxy_for(server) is None


@pytest.mark.parametrize("host", ["127.example", "localhost.example", "128.0.0.1", "[::2]"])
def test_other_computers_are(host: str) -> None:
    assert proxy({"http": "h:1"}, f"ws://{host}/") == "http://h:1 http_proxy"


@pytest.mark.hostile("G20")
@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param("ftp://h:1", "ftp:// is no scheme of a proxy", id="scheme"),
        pytest.param("http://me:hunter2@h:99999", "port 99999 is not in 1-65535", id="port"),
        pytest.param("http://me:hunter2@", "the host is empty", id="host"),
        pytest.param("http://me:hunter2%0d%0aX@h", "control character", id="line break"),
        pytest.param(f"socks5://me:{'hunter2' * 50}@h", "1-255 bytes", id="long password"),
        pytest.param("%%%", "character that no host name has", id="garbage"),
    ],
)
def test_a_malformed_proxy_is_reported_with_its_variable(value: str, words: str) -> None:
    failure = environment({"http": value}).proxy_for(Place("game.example", 80))

    assert isinstance(failure, Failure)
    assert (failure.stage, failure.kind) == (Stage.PROXY, FailureKind.INVALID_ARGUMENT)
    assert failure.detail.startswith("the proxy in http_proxy cannot be used: ")
    assert words in failure.detail
    assert failure.note == '(proxy from http_proxy; set client.proxy = "" for none)'
    assert "hunter2" not in repr(failure)


def test_no_proxy_excepts_servers() -> None:
    assert proxy({"http": "h:1", "no": ".example"}) is None
    assert proxy({"http": "h:1", "no": ".other"}) == "http://h:1 http_proxy"


# What is asked before there is a thread


@pytest.mark.parametrize(
    ("variables", "ws", "wss"),
    [
        pytest.param({}, False, False, id="none"),
        pytest.param({"PATH": "/bin", "ftp_proxy": "x", "no_proxy": "y"}, False, False, id="others"),
        pytest.param({"HTTP_PROXY": "x"}, True, False, id="http"),
        pytest.param({"https_proxy": "x"}, False, True, id="https"),
        pytest.param({"All_Proxy": "x"}, True, True, id="all"),
    ],
)
def test_the_variables_show_if_the_environment_must_be_asked(variables: Mapping[str, str], ws: bool, wss: bool) -> None:
    asked = ProxyEnvironment(variables=variables, has_system_settings=False)

    assert asked.may_have_proxy(Place("192.0.2.1", 80)) is ws
    assert asked.may_have_proxy(Place("192.0.2.1", 443, is_secure=True)) is wss


def test_windows_and_macos_are_always_asked() -> None:
    assert ProxyEnvironment(variables={}, has_system_settings=True).may_have_proxy(Place("192.0.2.1", 80))


def test_the_settings_of_a_system_are_named_and_have_exceptions() -> None:
    asked = ProxyEnvironment(
        lambda: {"http": "http://h:1"}, lambda host: host == "intranet", variables={}, has_system_settings=True
    )
    found = asked.proxy_for(Place("game.example", 80))

    assert isinstance(found, Place)
    assert found.origin == "the settings of this system"
    assert asked.proxy_for(Place("intranet", 80)) is None


# With urllib's own


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        pytest.param({"HTTP_PROXY": "http://upper:1"}, "http://upper:1 HTTP_PROXY", id="upper case"),
        pytest.param({"HTTP_PROXY": "u:1", "http_proxy": "l:1"}, "http://l:1 http_proxy", id="lower case wins"),
        pytest.param({"HTTP_PROXY": "u:1", "http_proxy": ""}, None, id="an empty one removes"),
        pytest.param({"HTTP_PROXY": "u:1", "REQUEST_METHOD": "GET"}, None, id="CGI"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="Windows has no case in its variables")
def test_the_variables_are_read_as_urllib_does(
    variables: dict[str, str], found: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    place = ProxyEnvironment(has_system_settings=False).proxy_for(Place("game.example", 80))

    assert (None if place is None else f"{getattr(place, 'proxy', None)} {getattr(place, 'origin', '')}") == found
