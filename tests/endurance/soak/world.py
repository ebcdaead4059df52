"""The world of a soak: servers, lines that fail, and players.

Some of the servers are our own, others are not.
"""

from __future__ import annotations

import contextlib
import signal
import ssl
import subprocess
import sys
from random import Random
from typing import TYPE_CHECKING, Self

import trustme

from demos.arena.host import Host
from tests.endurance.soak.players import (
    HEARTBEAT,
    ArenaPlayer,
    Caller,
    Echoer,
    Hall,
    Passer,
    Player,
    StateEchoer,
    new_client,
)
from tests.support.hosting import echo_to_sender
from tests.support.ports import free_ports
from wsclient import Error, PollGroup, WebSocketClient, WebSocketServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["World"]

UP, DOWN = (40.0, 90.0), (1.0, 3.0)  # seconds of the echo server, shortest and longest


class World:
    """Everything that plays, for use in a `with` statement.

    Each call of `frame()` plays one frame.

    Args:
        folder: for the certificate.
        clock: monotonic, in seconds.
        seed: of the faults.
        latency: called with the seconds that each message over an undisturbed line took.

    Attributes:
        players: those who send and check.
        restarts: of the echo server.
    """

    def __init__(self, folder: Path, clock: Callable[[], float], seed: int, latency: Callable[[float], None]) -> None:
        authority = trustme.CA()
        self._certificate = folder / "server.pem"
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(self._certificate)
        self._trust = ssl.create_default_context()
        authority.configure_trust(self._trust)
        self._clock = clock
        self._seed = seed
        self._latency = latency
        self._exit = contextlib.ExitStack()
        self.players: list[Player] = []
        self._group = PollGroup()

    def __enter__(self) -> Self:
        self._echo = self._exit.enter_context(EchoServer(self._certificate, self._clock, Random(self._seed)))
        host = self._exit.enter_context(Host())
        self._host, self._hall = host, Hall()
        self._own = [self._own_echo(is_secure=False), self._own_echo(is_secure=True)]
        own = [server.get_local_port() for server in self._own]
        # Each line in front of: the echo server without and with TLS, the arena, the hall, our own echo with TLS.
        lines = self._lines(*self._echo.ports, host.server.get_local_port(), self._hall.server.get_local_port(), own[1])
        echo, secure_echo = self._echo.ports
        self.players += [
            self._echoer("near, ws", f"ws://127.0.0.1:{echo}", each=2, largest=2000, latency=self._latency),
            self._echoer("near, wss", f"wss://127.0.0.1:{secure_echo}", each=2, largest=2000, latency=self._latency),
            self._echoer("far, ws", f"ws://127.0.0.1:{lines[0]}"),
            self._echoer("far, wss", f"wss://127.0.0.1:{lines[1]}", largest=60000),
            self._echoer("far, wss, compressed", f"wss://127.0.0.1:{lines[1]}", compression=True),
            self._echoer("far, own server, wss", f"wss://127.0.0.1:{lines[4]}", compression=True),
            self._echoer("states, ws, compressed", f"ws://127.0.0.1:{lines[0]}", compression=True, kind=StateEchoer),
            self._echoer("states, own server, wss", f"wss://127.0.0.1:{lines[4]}", kind=StateEchoer),
            Caller("calls", f"ws://127.0.0.1:{lines[3]}"),
            Passer("passers, ws and wss", lambda visit: self._passing(visit, own)),
        ]
        for number in range(3):
            url = f"ws://127.0.0.1:{lines[2]}" if number else host.url
            self.players.append(ArenaPlayer(number, new_client(url, self._trust), url))
        for player in self.players:
            if player.client is not None:
                self._group.add(player.client)
        for server in self._own:
            self._group.add(server)
        return self

    def __exit__(self, *_: object) -> None:
        self._group.close()
        for player in self.players:
            if player.client is not None:
                player.client.disconnect_from_host()
        self._exit.close()

    @property
    def restarts(self) -> int:
        """How often the echo server was ended and started again."""
        return self._echo.restarts

    def frame(self, until: float) -> None:
        """Does one frame of all players and servers, and polls on until that time."""
        now = self._clock()
        self._echo.frame(now)
        self._host.update()
        self._hall.frame()
        for player in self.players:
            player.frame(now)
        self._group.poll()
        while (left := until - self._clock()) > 0.0:
            self._group.wait(left)
            self._group.poll()

    def _own_echo(self, *, is_secure: bool) -> WebSocketServer:
        server = self._exit.enter_context(WebSocketServer())
        server.bind_ip = "127.0.0.1"
        server.heartbeat_interval = HEARTBEAT
        server.compression = True
        if is_secure:
            server.private_key = server.ssl_certificate = self._certificate
        echo_to_sender(server)
        assert server.listen(0) is Error.OK
        return server

    def _echoer(
        self,
        name: str,
        url: str,
        *,
        compression: bool = False,
        kind: type[Echoer] = Echoer,
        **options: object,
    ) -> Echoer:
        client = new_client(url, self._trust, compression=compression)
        return kind(name, client, self._clock, **options)  # type: ignore[arg-type]

    def _passing(self, visit: int, ports: list[int]) -> WebSocketClient:
        is_secure = visit % 2
        return new_client(
            f"ws{'s' * is_secure}://127.0.0.1:{ports[is_secure]}", self._trust, compression=visit % 3 == 0
        )

    def _lines(self, *targets: int) -> list[int]:
        command = [sys.executable, "-m", "tests.endurance.soak.line", str(self._seed), *map(str, targets)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._exit.callback(_end, process)
        assert process.stdout is not None
        return [int(process.stdout.readline()) for _ in targets]


class EchoServer:
    """A process with `echo_server` that is ended and started again.

    It is ended politely and by force in turn.
    """

    def __init__(self, certificate: Path, clock: Callable[[], float], lot: Random) -> None:
        self.restarts = 0
        self.ports = free_ports(2)
        self._certificate = certificate
        self._lot = lot
        self._process: subprocess.Popen[str] | None = None
        self._changes_at = clock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            _end(self._process)

    def frame(self, now: float) -> None:
        """Ends or starts the process if its time has come."""
        if now < self._changes_at:
            return
        if self._process is None:
            command = [sys.executable, "-m", "tests.endurance.soak.echo_server", str(self._certificate)]
            self._process = subprocess.Popen([*command, *map(str, self.ports)], stdout=subprocess.DEVNULL, text=True)
            self._changes_at = now + self._lot.uniform(*UP)
        elif self._is_ended():
            self._process = None
            self.restarts += 1
            self._changes_at = now + self._lot.uniform(*DOWN)
        else:
            self._changes_at = now + DOWN[0]

    def _is_ended(self) -> bool:
        """Sends the signal that is due. Returns True once the process is gone."""
        process = self._process
        assert process is not None
        if process.poll() is None:
            process.send_signal(signal.SIGKILL if self.restarts % 2 else signal.SIGTERM)
            return False
        return True


def _end(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
