"""The limits of one machine: descriptors and local ports.

They are checked before the first client connects.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

__all__ = ["SPARE", "descriptor_shortage", "port_range", "port_shortage", "raise_descriptor_limit"]

SPARE: Final = 32  # descriptors of a process for anything but clients: files, pipes, the interpreter's own

_PORT_RANGE: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")


def raise_descriptor_limit(needed: int) -> int | None:
    """Raises the limit of descriptors for this process and its children, if possible.

    Args:
        needed: the number of descriptors that one process needs.

    Returns:
        The new limit; None if the system has no such limit.
    """
    if sys.platform == "win32":
        return None
    else:  # noqa: RET505 - mypy otherwise considers it unreachable on Windows
        return _raise_soft_limit(needed)


if sys.platform != "win32":
    import resource

    def _raise_soft_limit(needed: int) -> int | None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if resource.RLIM_INFINITY in {soft, hard} and soft != hard:
            hard = max(needed, soft)
        if soft == resource.RLIM_INFINITY:
            return None
        if soft < needed:
            soft = min(hard, needed)
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
            except (OSError, ValueError):  # the limit of macOS is lower than the one that it reports
                soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        return soft


def descriptor_shortage(clients: int, processes: int, allowed: int | None) -> str:
    """Returns a message if there are too few descriptors; "" if there are enough.

    Args:
        clients: the total number of clients.
        processes: the number of processes.
        allowed: the limit of descriptors for each; None for no limit.
    """
    each = -(-clients // processes)
    if allowed is None or each + SPARE <= allowed:
        return ""
    fit = max(allowed - SPARE, 0) * processes
    return (
        f"{clients} clients in {_counted(processes, 'process', 'processes')} need {each + SPARE} descriptors each, and "
        f"this machine allows {allowed}: {fit} clients fit. Raise the hard limit (ulimit -Hn, or nofile in "
        "/etc/security/limits.conf), or use more --processes."
    )


def port_range(file: Path = _PORT_RANGE) -> int | None:
    """Returns the number of local ports for connections; None if unknown."""
    try:
        first, last = map(int, file.read_text(encoding="ascii").split())
    except (OSError, ValueError):
        return None
    return last - first + 1


def port_shortage(clients: int, ports: int | None) -> str:
    """Returns a message if there are too few local ports; "" if there are enough.

    All connections to one address need different local ports.
    """
    if ports is None or clients <= ports:
        return ""
    return (
        f"{clients} clients to one address need as many local ports, and this machine has {ports} for them. Widen the "
        "range (sysctl net.ipv4.ip_local_port_range), or run the swarm on more machines or addresses."
    )


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
