"""Tests the wheel with compiled modules.

Its libraries are in the right places, and both builds run, next to a script or in a zip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.support.programs import require_module, require_program
from tests.support.source import PACKAGE, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(600)

#: Fails to connect, which takes it through every module that is compiled but compression.
SCRIPT = """\
import pathlib, sys, wsclient
from wsclient.ground.compiled import is_compiled
from wsclient.protocol import frames
from wsclient.protocol.connection import Connection, Role
from wsclient.protocol.events import Messages

assert sys.argv[1] in wsclient.__file__, wsclient.__file__
client, server = Connection(Role.CLIENT), Connection(Role.SERVER)
client.send_message(b"hello", is_text=True)
server.receive_data(client.data_to_send())
print("compiled" if is_compiled() else "pure", server.next_events(), hasattr(frames.FrameDecoder.decode, "__code__"))
client = wsclient.WebSocketClient()
client.connect_to_url("ws://127.0.0.1:1")
while client.get_connection_status() != client.CONNECTION_DISCONNECTED:
    client.poll()
print(client.last_error)
"""

#: Servers and clients in one process: no class of theirs may inherit from one that is compiled.
SERVING = """\
from wsclient.ground.compiled import is_compiled
from wsclient import WebSocketClient
from wsclient.testing import ScriptedServer, connected_pair

scripted = ScriptedServer()
visitor = WebSocketClient(transport=scripted)
visitor.connect_to_url("ws://server.example")
visitor.poll()
client, server = connected_pair()
client.send_text("hello")
server.poll()
(client_id,) = server.get_peers()
server.send_text(server.get_peer(client_id).get_message() + " to all")
server.poll()
client.poll()
print("compiled" if is_compiled() else "pure", client.get_message())
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Builds the wheel with the backend that pyproject.toml names.

    It does not optimize, which takes half the time.
    """
    require_module("mypyc")
    require_module("setuptools")
    require_program("cc")
    folder = tmp_path_factory.mktemp("compiled")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    environment = {**os.environ, "HATCH_BUILD_HOOK_ENABLE_CUSTOM": "1", "MYPYC_OPT_LEVEL": "0"}
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=500, env=environment)
    return next(folder.iterdir())


@pytest.fixture
def unpacked(wheel: Path, tmp_path: Path) -> Path:
    """Returns a folder with the package, as an installer or a game has it."""
    with ZipFile(wheel) as file:
        file.extractall(tmp_path)
    return tmp_path


def libraries(names: list[str]) -> Iterator[PurePosixPath]:
    return (path for path in map(PurePosixPath, names) if path.suffix in {".so", ".pyd"})


def run(place: Path, *, pure: str = "") -> list[str]:
    """Runs the script, with the package from that place. Returns what it prints."""
    script = place.parent / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(place), "WSCLIENT_PURE": pure}
    done = subprocess.run(
        [sys.executable, "-P", str(script), str(place)],
        env=environment,
        cwd=place.parent,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_everything_compiled_is_in_the_folder_of_the_package(wheel: Path) -> None:
    with ZipFile(wheel) as file:
        made = list(libraries(file.namelist()))

    assert made
    assert {path.parts[0] for path in made} == {PACKAGE}


def test_each_module_is_there_as_source_too(wheel: Path) -> None:
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / PACKAGE).rglob("*.py")}
    with ZipFile(wheel) as file:
        names = file.namelist()

    assert sources <= set(names)


def test_it_is_for_one_python_on_one_system(wheel: Path) -> None:
    assert f"-cp{sys.version_info[0]}{sys.version_info[1]}-" in wheel.name
    assert not wheel.name.endswith("-any.whl")


def test_the_compiled_build_runs_next_to_a_script(unpacked: Path) -> None:
    assert run(unpacked)[0] == "compiled [Messages([b'hello'], b'\\x01')] False"


@pytest.mark.parametrize(("value", "build"), [("1", "pure"), ("0", "compiled")])
def test_the_environment_chooses(unpacked: Path, value: str, build: str) -> None:
    assert run(unpacked, pure=value)[0].split()[0] == build


def test_both_builds_print_the_same_of_an_attempt_that_fails(unpacked: Path) -> None:
    assert run(unpacked)[1:] == run(unpacked, pure="1")[1:]


def test_a_copy_without_the_libraries_is_pure(unpacked: Path, tmp_path: Path) -> None:
    shutil.copytree(unpacked / PACKAGE, tmp_path / "copy" / PACKAGE, ignore=shutil.ignore_patterns("*.so", "*.pyd"))

    assert run(tmp_path / "copy")[0].split()[0] == "pure"


def test_in_a_zip_archive_it_is_pure(wheel: Path) -> None:
    assert run(wheel)[0].split()[0] == "pure"


@pytest.mark.parametrize(("pure", "build"), [("", "compiled"), ("1", "pure")])
def test_a_server_runs_with_both_builds(pure: str, build: str, unpacked: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "PYTHONSAFEPATH": "1", "WSCLIENT_PURE": pure}
    command = [sys.executable, "-c", SERVING]
    done = subprocess.run(command, cwd=unpacked, env=environment, check=True, capture_output=True, text=True)

    assert done.stdout.strip() == f"{build} hello to all"
