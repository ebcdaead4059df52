"""`python -m wsclient serve`: a server for experiments."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from wsclient.cli.options import ExitCode
from wsclient.ground.escape import escape
from wsclient.websocket.poll_group import PollGroup
from wsclient.websocket.server import WebSocketServer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wsclient.websocket.client_request import ClientRequest

__all__ = ["Service", "serve"]

_LAST_PORT: Final = 65535
_NAP: Final = 0.1  # seconds until Ctrl-C is noticed, at most

_EXAMPLES = """\
examples:
  python -m wsclient serve                    echo on port 9080, for this machine only
  python -m wsclient serve 0 --broadcast      send messages to all clients, on a free port
  python -m wsclient serve --bind '*'         accept clients from other machines too
"""


class Service:
    """Echoes each client's messages, or sends them to all clients.

    Shows the clients that connect and disconnect.
    """

    def __init__(self, server: WebSocketServer, output: TextIO, *, is_broadcasting: bool) -> None:
        self._server = server
        self._output = output
        self._is_broadcasting = is_broadcasting
        server.client_request.connect(self._show_request)
        server.client_connected.connect(self._show_arrival)
        server.client_disconnected.connect(self._show_end)
        server.data_received.connect(self._answer)

    def _answer(self, client_id: int) -> None:
        peer = self._server.get_peer(client_id)
        message = None if peer is None else peer.get_message()
        if peer is None or message is None:
            return
        speaker = self._server if self._is_broadcasting else peer
        if isinstance(message, str):
            speaker.send_text(message)
        else:
            speaker.send(message)

    def _show_request(self, request: ClientRequest) -> None:
        host, port = request.remote_address
        self._show(f"{host} port {port} asks for {escape(request.resource_name, 100)}")

    def _show_arrival(self, client_id: int, protocol: str) -> None:
        self._show(f"{client_id} connected{f', subprotocol {protocol}' if protocol else ''}")

    def _show_end(self, client_id: int, was_clean: bool) -> None:
        peer = self._server.get_peer(client_id)
        code, reason = (0, "") if peer is None else (peer.close_code, peer.close_reason)
        words = f"code {code}{f' ({escape(reason)})' if reason else ''}"
        self._show(f"{client_id} disconnected, {words}{'' if was_clean else ', not cleanly'}")

    def _show(self, line: str) -> None:
        print(line, file=self._output, flush=True)


def serve(arguments: Sequence[str], output: TextIO, is_interrupted: Callable[[], bool]) -> int:
    """Serves until Ctrl-C.

    Args:
        arguments: the arguments after the word `serve`.
        output: the stream for the output.
        is_interrupted: returns True to stop the server.

    Returns:
        The exit code: 0 after Ctrl-C, 1 if the port cannot be listened on.

    Raises:
        SystemExit: with 2, as an argument is wrong; with 0 after `--help`.
    """
    options = _parsed(arguments)
    with WebSocketServer() as server, PollGroup([server]) as group:
        server.bind_ip = options.bind
        server.compression = options.compression
        server.private_key, server.ssl_certificate = options.key, options.cert
        if server.listen(options.port, options.protocols):
            print(server.last_error, file=output, flush=True)
            return ExitCode.NOT_CONNECTED
        Service(server, output, is_broadcasting=options.broadcast)
        scheme = "wss" if options.cert else "ws"
        what = "broadcasting" if options.broadcast else "echoing"
        host = "127.0.0.1" if options.bind == "*" else options.bind
        shown = f"[{host}]" if ":" in host else host
        print(f"{what} on {scheme}://{shown}:{server.get_local_port()} (Ctrl-C ends it)", file=output, flush=True)
        while not is_interrupted():
            group.wait(_NAP)
            group.poll()
        server.stop(1001, "the server is going away")
        while server.get_peers():
            group.wait(_NAP)
            group.poll()
    return ExitCode.DONE


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args(arguments)
    if not 0 <= options.port <= _LAST_PORT:
        parser.error(f"a port is from 0 to {_LAST_PORT}, not {options.port}")
    if (options.cert is None) != (options.key is None):
        parser.error("--cert and --key need each other")
    for option, path in (("--cert", options.cert), ("--key", options.key)):
        if path is not None and not Path(path).is_file():
            parser.error(f"{option}: there is no file {path}")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wsclient serve",
        description="Start a WebSocket server for experiments. It echoes messages, or sends them to all clients.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("port", nargs="?", type=int, default=9080, help="0 for a free one (default: 9080)")
    add(
        "--bind",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="where to listen; '*' for all addresses (default: 127.0.0.1)",
    )
    add("--broadcast", action="store_true", help="send each message to all clients")
    add("--protocol", dest="protocols", action="append", default=[], metavar="NAME", help="a subprotocol to accept")
    add("--compression", action="store_true", help="use compression if the client offers it")
    add("--cert", metavar="FILE", help="PEM file with a certificate, to use TLS")
    add("--key", metavar="FILE", help="PEM file with its key")
    return parser
