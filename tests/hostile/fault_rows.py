"""The faults that were reported of programs of this kind.

Each has a small input and the right result.

A test that tries one is marked with it, wherever it lives: `@pytest.mark.faults("B9")`. A row stands for a kind.
"""

from __future__ import annotations

__all__ = ["FAULTS"]

FAULTS = {
    "A1": "a worker thread that sends, takes or closes -> RuntimeError there; the connection goes on",
    "A2": "two threads that call the first poll() at once -> exactly one owns",
    "A3": "handlers slower than the messages come -> one warning with figures and remedies; backlog, polls_cut_short",
    "A4": "a server that sends all the time -> the latency is measured whatever the traffic",
    "A5": "a server that sends and never reads -> ended after three pings without a pong, unless bytes still leave",
    "B1": "Close 1009 with a reason, then a reset -> the Close wins; its meaning, the reason quoted",
    "B2": "a reset without Close while 1 MiB is partly out -> it may not take messages that large",
    "B3": "a clean Close 1009, 1011, 1008, 4408 -> last_error says what the code means, and quotes the reason",
    "B7": "a PEM file with a UTF-8 comment, or a byte order mark -> only the PEM blocks count; faults are of stage tls",
    "B8": "a Windows store with a truncated certificate -> skipped, logged once; certifi's always count",
    "B9": "a TLS context that takes longer to build than handshake_timeout -> stage tls, in its own words",
    "B10": "a server that sends its leaf without the intermediate -> the chain lacks a certificate",
    "B12": "a call refused after the connection was lost -> last_refusal; last_error still says why it ended",
    "B13": "600 refused calls -> one line for each kind, then a count",
    "B16": "ws://[fe80::1]/ without a zone -> says that a zone is needed",
    "B17": "a subinterpreter -> works without a daemon thread, or says that it forbids threads",
    "B18": "Pyodide, where sockets can be imported and lead nowhere -> the platform is asked first",
    "B19": "gevent, patched after the import -> getaddrinfo is looked up when called",
    "B20": "polling from another greenlet -> RuntimeError that says greenlet",
    "B21": "gevent.monkey.patch_all() -> the system is asked by the original epoll; a poll never yields",
    "B22": "no free local port -> says so, and what to do",
    "B23": "1,000 clients open, one program busy for 1.3 s -> one warning",
    "B24": "a load test that shows INFO -> INFO for the unusual, DEBUG for a connection's normal life",
    "D1": "30,000 TLS records of 2 bytes -> one read decrypts a bounded number of them",
    "D2": "a TLS server that shuts down -> only what the caller gave counts as unsent",
    "D3": "each TLS alert -> own words; ws:// is proposed only if the peer does not speak TLS",
    "D4": "a TLS error after opening -> stage and words of TLS",
    "D13": "SSLKEYLOGFILE -> as ssl.create_default_context",
    "D6": "a game that watches its traffic -> the statistics have the bytes on the wire, after compression",
    "D7": "a program whose root logger is at level 0 -> frames are logged only if `wsclient.frames` is enabled",
}
