"""Tests that lines are read as they arrive, without blocking.

They come from anything that the system can watch or a thread can wait for.
"""

from __future__ import annotations

import io
import os
import sys
import threading

import pytest

from wsclient.cli.console import SelectedConsole, ThreadedConsole, open_console

needs_select = pytest.mark.skipif(sys.platform == "win32", reason="select takes sockets only there")


class Pipe:
    """Both ends of a pipe, its reading end as a console."""

    def __init__(self) -> None:
        self.reading, self._writing = os.pipe()

    def write(self, data: bytes) -> None:
        os.write(self._writing, data)

    def end(self) -> None:
        os.close(self._writing)


@pytest.fixture
def pipe():
    pipe = Pipe()
    yield pipe
    os.close(pipe.reading)


@pytest.fixture
def console(pipe):
    return open_console(pipe.reading, "linux")


@needs_select
@pytest.mark.parametrize(
    ("chunks", "lines"),
    [
        pytest.param([b"one\n"], ["one"], id="one"),
        pytest.param([b"one\ntwo\n"], ["one", "two"], id="two-at-once"),
        pytest.param([b"o", b"ne", b"\nt", b"wo\n"], ["one", "two"], id="in-pieces"),
        pytest.param([b"one\r\n"], ["one"], id="windows"),
        pytest.param([b"\n\n"], ["", ""], id="empty"),
        pytest.param([b"one\n", b"two"], ["one", "two"], id="last-without-an-end"),
        pytest.param(["w\u00f6r".encode()[:2], "w\u00f6r".encode()[2:]], ["w\u00f6r"], id="character-in-pieces"),
        pytest.param([b"\xff\n"], ["\udcff"], id="not-utf-8"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_lines_are_whole_and_without_their_ends(pipe, console, chunks, lines):
    read = []
    for chunk in chunks:
        pipe.write(chunk)
        read += console.read_lines()
    assert not console.is_at_end
    pipe.end()
    read += console.read_lines()

    assert read == lines
    assert console.is_at_end
    assert console.read_lines() == []


@needs_select
def test_nothing_is_waited_for(console, pipe):
    assert console.read_lines() == []
    pipe.end()


@needs_select
def test_waiting_ends_with_the_first_byte(console, pipe):
    pipe.write(b"x\n")
    console.wait(50.0, for_lines=True)  # longer than a test may take

    assert console.read_lines() == ["x"]
    pipe.end()


@needs_select
def test_waiting_only_for_time_does_not_read_the_input(console, pipe, monkeypatch):
    slept = []
    monkeypatch.setattr("wsclient.cli.console.time.sleep", slept.append)
    pipe.write(b"x\n")
    console.wait(50.0, for_lines=False)
    pipe.end()
    console.read_lines()
    console.read_lines()
    console.wait(60.0, for_lines=True)  # at the end there is always "something to read"

    assert slept == [50.0, 60.0]


class Terminal(io.RawIOBase):
    """A terminal that is gone."""

    def fileno(self) -> int:
        return 0

    def read(self, size: int = -1, /) -> bytes:
        raise OSError(5, "Input/output error")


@needs_select
def test_an_input_that_fails_is_at_its_end(pipe):
    class Broken(Terminal):
        def fileno(self) -> int:
            return pipe.reading

    pipe.end()
    console = SelectedConsole(Broken())

    assert console.read_lines() == []
    assert console.is_at_end


@needs_select
def test_a_thread_is_used_only_if_nothing_else_can_wait(pipe):
    pipe.end()

    assert isinstance(open_console(pipe.reading, "linux"), SelectedConsole)
    assert isinstance(open_console(pipe.reading, "win32"), ThreadedConsole)
    finish_reading()


def finish_reading() -> None:
    """Waits for the threads, whose inputs have ended."""
    for thread in threading.enumerate():
        if thread.name == "wsclient-console":
            thread.join(20.0)


def test_a_thread_reads_the_same_lines(pipe):
    console = open_console(pipe.reading, "win32")
    assert console.read_lines() == []
    pipe.write(b"one\ntwo")
    pipe.end()
    finish_reading()
    read = []
    while not console.is_at_end:
        read += console.read_lines()

    assert read == ["one", "two"]
    assert console.read_lines() == []


def test_a_thread_treats_a_broken_input_as_its_end():
    console = ThreadedConsole(Terminal())
    finish_reading()

    assert console.read_lines() == []
    assert console.is_at_end


def test_with_a_thread_waiting_is_sleeping(monkeypatch):
    slept = []
    console = ThreadedConsole(Terminal())
    finish_reading()
    monkeypatch.setattr("wsclient.cli.console.time.sleep", slept.append)
    console.wait(0.25, for_lines=True)

    assert slept == [0.25]
