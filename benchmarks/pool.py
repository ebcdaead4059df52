"""The processes of one run.

A server runs on one core, and the clients run in turn on the other.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Self

import trustme

from benchmarks.compiled import compiled_variables
from benchmarks.worker import CLIENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import TracebackType

__all__ = ["Answer", "Pool"]

Answer = dict[str, float]

_ROOT = Path(__file__).parent.parent
_PATIENCE = 45.0  # seconds for one piece of work, which usually takes less than one


class Pool:
    """A server, and workers that are started when they are first used.

    All of them end with the `with` block.

    Attributes:
        failures: a line for each failure.
    """

    def __init__(self) -> None:
        self.failures: list[str] = []
        self._stack = ExitStack()
        self._workers: dict[str, subprocess.Popen[str] | None] = {}
        # An engine that was left running by a worker may still be writing there.
        temporary = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        folder = Path(self._stack.enter_context(temporary))
        self._environment = {**os.environ, "PYTHONHASHSEED": "0", "TMPDIR": str(folder)}
        authority = trustme.CA()
        self._authority, certificate = folder / "authority.pem", folder / "server.pem"
        authority.cert_pem.write_to_path(str(self._authority))
        authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))
        self._server = self._start(_last_core(), "benchmarks.server", str(certificate))
        self._ports = [_line(self._server), _line(self._server)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def ask(self, client: str, **work: object) -> Answer | None:
        """Makes a client do some work, and waits for it, with a timeout.

        Returns:
            The cost. None if this client cannot do the work, is not installed, or has failed; a failure is printed on
            standard error and added to `failures`.
        """
        if client not in self._workers:
            self._workers[client] = self._start_worker(client)
        worker = self._workers[client]
        if worker is None:
            return None
        assert worker.stdin is not None
        print(json.dumps(work), file=worker.stdin, flush=True)
        with _killed_after(_PATIENCE, worker):
            answer = json.loads(_line(worker) or '{"error": "its process ended, or did not in time"}')
        if "error" in answer:
            self.failures.append(f"{client}, {work}: {answer['error']}")
            print(f"FAILED: {self.failures[-1]}", file=sys.stderr, flush=True)
            self.forget(client)  # its state is unknown
            return None
        return None if "missing" in answer else answer

    def start(self, clients: Iterable[str]) -> None:
        """Starts the processes of these clients, so that all run the current sources."""
        for client in clients:
            self._workers[client] = self._start_worker(client)

    def forget(self, *clients: str) -> None:
        """Ends the processes of these clients, and their connections on the server."""
        for client in clients:
            worker = self._workers.pop(client, None)
            if worker is not None:
                _end(worker)
        assert self._server.stdin is not None
        print("forget", file=self._server.stdin, flush=True)
        _line(self._server)  # so that connections of the next clients are not closed

    def _start_worker(self, client: str) -> subprocess.Popen[str] | None:
        arguments = (client, *self._ports, str(self._authority))
        try:
            variables = compiled_variables() if CLIENTS[client].is_compiled else {}
        except RuntimeError as error:
            print(f"{client} is not measured: {error}", file=sys.stderr, flush=True)
            return None
        worker = self._start(0, "benchmarks.worker", *arguments, variables=variables)
        if _line(worker):
            return worker
        return None  # not installed; its import has printed the reason on standard error

    def _start(
        self, core: int, module: str, *arguments: str, variables: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", module, *arguments]
        environment = self._environment | dict(variables or {})
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT, env=environment
        )
        self._stack.callback(_end, process)
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(process.pid, {core})
        return process


def _last_core() -> int:
    return max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@contextlib.contextmanager
def _killed_after(seconds: float, process: subprocess.Popen[str]) -> Iterator[None]:
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
