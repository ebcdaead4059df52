"""The faults that others reported of this kind of program: a small input each, and what is right.

A test that tries one is marked with it, wherever it lives: `@pytest.mark.faults("B9")`. A row stands for a kind.
"""

from __future__ import annotations

__all__ = ["FAULTS"]

FAULTS = {
    "B18": "Pyodide, where sockets can be imported and lead nowhere -> the platform is asked first",
    "B9": "a TLS context that takes longer to build than handshake_timeout -> stage tls, in its own words",
}
