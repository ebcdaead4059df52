"""Asks all servers that can be installed, and writes docs/interop.md.

Start it by `python -m tests.interop.servers`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.interop.servers import page
from tests.interop.servers.battery import CHECKS, ask
from tests.interop.servers.conversations import SPEAKERS
from tests.interop.servers.installing import Missing, Place, in_folder
from tests.interop.servers.roster import SERVERS, Server
from tests.interop.servers.running import Running


def main() -> int:
    """Returns 1 if wsclient did worse than websockets with any server."""
    parser = argparse.ArgumentParser(prog="python -m tests.interop.servers", description=__doc__)
    parser.add_argument("names", nargs="*", help="servers by the beginning of their names; then nothing is written")
    parser.add_argument("--folder", type=Path, default=Path("build/interop"), help="where they are installed, and stay")
    options = parser.parse_args()
    wanted = tuple(server for server in SERVERS if _is_wanted(server, options.names))
    place = in_folder(options.folder, wanted)
    results, missing = [], {}
    for server in wanted:
        try:
            results.append(_result(server, place))
        except (Missing, RuntimeError) as error:
            missing[server.name] = str(error)
            print(f"{server.name}: {error}", file=sys.stderr)
    if not options.names:
        page.write(results, missing)
    return int(any(result.is_worse for result in results))


def _is_wanted(server: Server, names: list[str]) -> bool:
    return not names or any(server.name.lower().startswith(name.lower()) for name in names)


def _result(server: Server, place: Place) -> page.Result:
    version = place.version(server)
    answers = {}
    for name, speaker in SPEAKERS.items():
        with Running(server, place) as running:
            answers[name] = {check.name: ask(check, speaker, running) for check in CHECKS}
        print(f"{server.name} {version}, {name}: {answers[name]}", file=sys.stderr, flush=True)
    return page.Result(server, version, answers)


if __name__ == "__main__":
    sys.exit(main())
