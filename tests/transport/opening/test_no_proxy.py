from __future__ import annotations

import pytest

from wsclient.transport.opening.no_proxy import is_excepted


@pytest.mark.hostile("G20")
@pytest.mark.parametrize(
    ("host", "no_proxy", "expected"),
    [
        pytest.param("origin.test", "origin.test", True, id="name"),
        pytest.param("origin.test", "ORIGIN.test", True, id="case"),
        pytest.param("origin.test.", "origin.test", True, id="final dot"),
        pytest.param("origin.test", "other, origin.test", True, id="list"),
        pytest.param("origin.test", ".test", True, id="leading dot"),
        pytest.param("origin.test", "test", True, id="domain"),
        pytest.param("origin.test", ".origin.test", True, id="leading dot, the name itself"),
        pytest.param("origin.test", "*.test", True, id="star and dot"),
        pytest.param("origin.test", "*", True, id="star"),
        pytest.param("origin.test", " * ", True, id="star among blanks"),
        pytest.param("origin.test", "*,other", False, id="star in a list, as urllib"),
        pytest.param("origin.test", "rigin.test", False, id="part of a label"),
        pytest.param("origin.test", "origin.test:8080", True, id="port"),
        pytest.param("origin.test", ".test:8080", True, id="domain and port"),
        pytest.param("origin.test", "origin.test:80", False, id="another port"),
        pytest.param("origin.test", "", False, id="nothing"),
        pytest.param("origin.test", ",, ,", False, id="commas"),
        pytest.param("origin.test", "a b origin.test", False, id="blanks divide nothing"),
        pytest.param("origin.test", "10.0.0.0/8", False, id="a network and a name"),
        pytest.param("10.1.2.3", "10.0.0.0/8", True, id="network"),
        pytest.param("10.1.2.3", "10.1.2.9/24", True, id="network with host bits"),
        pytest.param("11.1.2.3", "10.0.0.0/8", False, id="another network"),
        pytest.param("10.1.2.3", "10.0.0.0/99", False, id="no network"),
        pytest.param("10.1.2.3", "10.1.2.3", True, id="address"),
        pytest.param("10.1.2.3", "10.1.2.3:8080", True, id="address and port"),
        pytest.param("2001:db8::1", "2001:db8::1", True, id="IPv6"),
        pytest.param("2001:db8::1", "[2001:db8::1]", True, id="IPv6 in brackets"),
        pytest.param("2001:db8::1", "2001:DB8:0::1", True, id="IPv6 in another form"),
        pytest.param("2001:db8::1", "[2001:db8::1]:8080", True, id="IPv6 and port"),
        pytest.param("2001:db8::1", "[2001:db8::1]:80", False, id="IPv6 and another port"),
        pytest.param("2001:db8::1", "2001:db8::/32", True, id="IPv6 network"),
        pytest.param("2001:db8::1", "10.0.0.0/8", False, id="a network of IPv4"),
        pytest.param("fe80::1%eth0", "fe80::/10", True, id="zone"),
    ],
)
def test_a_list_of_exceptions(host: str, no_proxy: str, expected: bool) -> None:
    assert is_excepted(host, 8080, no_proxy) is expected
