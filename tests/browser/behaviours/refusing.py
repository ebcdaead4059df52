"""Behaviours for options that a page cannot have, and for unknown details."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.browser.behaviours.listed import behaviour
from wsclient import Error, WebSocketPeer

if TYPE_CHECKING:
    from tests.browser.scene import Scene

__all__: list[str] = []  # the behaviours are on the list


async def _is_refused(scene: Scene, word: str, url: str, headers: tuple[str, ...] = (), **settings: object) -> None:
    player = scene.player()
    for name, value in settings.items():
        setattr(player, name, value)

    error = player.connect_to_url(url, custom_headers=headers)

    assert (error == Error.ERR_UNAVAILABLE) is scene.is_page
    if scene.is_page:
        assert player.get_connection_status() == player.CONNECTION_DISCONNECTED
        assert player.last_error is not None
        assert word in player.last_error.details()
        assert "browser" in player.last_error.details()


@behaviour
async def refuses_headers_in_a_page(scene: Scene) -> None:
    await _is_refused(scene, "first message", scene.url("echo"), ("X-Token: 1",))


@behaviour
async def refuses_a_password_in_a_page(scene: Scene) -> None:
    await _is_refused(scene, "password", scene.url("echo").replace("//", "//me:secret@"))


@behaviour
async def refuses_to_trust_anybody_in_a_page(scene: Scene) -> None:
    await _is_refused(scene, "verify_ssl", scene.url("echo").replace("ws:", "wss:"), verify_ssl=False)


@behaviour
async def refuses_certificates_in_a_page(scene: Scene) -> None:
    certificate = "-----BEGIN CERTIFICATE-----"
    url = scene.url("echo").replace("ws:", "wss:")
    await _is_refused(scene, "trusted_ssl_certificate", url, trusted_ssl_certificate=certificate)


@behaviour
async def minds_no_settings_of_tls_without_tls(scene: Scene) -> None:
    player = scene.player()
    player.verify_ssl = False

    assert player.connect_to_url(scene.url("echo")) == Error.OK


@behaviour
async def knows_address_and_silence_outside_a_page_only(scene: Scene) -> None:
    player = await scene.connected("echo")
    peer = player.get_peer(1)
    assert isinstance(peer, WebSocketPeer)
    peer.set_no_delay(True)

    assert peer.get_connected_host() == ("" if scene.is_page else "127.0.0.1")
    assert peer.get_connected_port() == (0 if scene.is_page else scene.port)
    assert (player.get_statistics().silence == -1.0) is scene.is_page
    assert player.get_latency() == -1.0


@behaviour
async def answers_pings(scene: Scene) -> None:
    player = await scene.connected("pinging")

    await scene.until(player, lambda: player.messages)

    assert player.messages == ["are you there"]


@behaviour
async def imports_nothing_of_sockets_in_a_page(scene: Scene) -> None:
    if scene.is_page and sys.platform == "emscripten":
        ours = {name for name in sys.modules if name.startswith("wsclient.")}
        assert not {
            name for name in ours if name.startswith(("wsclient.transport.stream", "wsclient.transport.native"))
        }
        assert "certifi" not in sys.modules
