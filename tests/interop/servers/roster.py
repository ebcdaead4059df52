"""Lists the servers, how each is installed and started, and its limits."""

from __future__ import annotations

from dataclasses import dataclass

from tests.interop.servers.dialects import Colyseus, DevTools, Dialect, EngineIO, Lines

__all__ = ["SAMPLE", "SERVERS", "Server"]


@dataclass(frozen=True)
class Server:
    """One row of the table.

    Attributes:
        name: of the row.
        source: "PyPI", "npm" or "Debian".
        packages: what is installed from there; the version is that of the first.
        command: starts it. `@python@`, `@port@`, `@backend@`, `@folder@` and `@here@` are filled in.
        templates: configurations that are filled in likewise, and written to `@folder@`.
        program: of Debian's, what must be there.
        behind: the server behind this one.
        dialect: how its echo is asked for.
        protocols: the subprotocols that it requires.
    """

    name: str
    source: str
    packages: tuple[str, ...]
    command: tuple[str, ...]
    templates: tuple[str, ...] = ()
    program: str = ""
    behind: Server | None = None
    dialect: type[Dialect] = Dialect
    protocols: tuple[str, ...] = ()


def _python(name: str, packages: tuple[str, ...], program: str) -> Server:
    return Server(name, "PyPI", packages, ("@python@", f"{program}.py", "@port@"))


def _asgi(name: str, packages: tuple[str, ...], *arguments: str) -> Server:
    return Server(name, "PyPI", packages, ("@python@", "-m", *arguments))


def _node(name: str, program: str, *packages: str, dialect: type[Dialect] = Dialect) -> Server:
    return Server(name, "npm", packages, ("node", program, "@port@"), program="node", dialect=dialect)


def _front(name: str, package: str, *command: str, template: str) -> Server:
    return Server(
        f"{name}, in front of websockets",
        "Debian",
        (package,),
        command,
        (template,),
        program=command[0],
        behind=WEBSOCKETS,
    )


WEBSOCKETS = _python("websockets", ("websockets",), "with_websockets")
_UVICORN = ("uvicorn", "--host", "127.0.0.1", "--port", "@port@", "--log-level", "error", "asgi:app", "--ws")

SERVERS = (
    WEBSOCKETS,
    _python("aiohttp", ("aiohttp",), "with_aiohttp"),
    _python("Tornado", ("tornado",), "with_tornado"),
    _asgi("uvicorn, engine websockets", ("uvicorn", "websockets"), *_UVICORN, "websockets"),
    _asgi("uvicorn, engine websockets-sansio", ("uvicorn", "websockets"), *_UVICORN, "websockets-sansio"),
    _asgi("uvicorn, engine wsproto", ("uvicorn", "wsproto"), *_UVICORN, "wsproto"),
    _asgi("Hypercorn", ("hypercorn",), "hypercorn", "--bind", "127.0.0.1:@port@", "asgi:app"),
    _asgi("Daphne", ("daphne",), "daphne", "-b", "127.0.0.1", "-p", "@port@", "asgi:app"),
    _asgi(
        "Granian",
        ("granian",),
        *("granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", "@port@", "asgi:app"),
    ),
    Server("Sanic", "PyPI", ("sanic",), ("@python@", "with_sanic.py", "@port@"), protocols=("chat.v1",)),
    _python("picows", ("picows",), "with_picows"),
    _python("Autobahn", ("autobahn",), "with_autobahn"),
    _python("gevent-websocket", ("gevent-websocket",), "with_gevent"),
    _python("trio-websocket", ("trio-websocket",), "with_trio_websocket"),
    _python("Flask, simple-websocket", ("simple-websocket", "flask-sock"), "with_simple_websocket"),
    _node("ws", "ws.js", "ws"),
    _node("websocket", "websocket.js", "websocket"),
    _node("faye-websocket", "faye.js", "faye-websocket"),
    _node("engine.io", "engine_io.js", "engine.io", dialect=EngineIO),
    _node(
        "Colyseus",
        "colyseus.js",
        *("@colyseus/core@0.16", "@colyseus/ws-transport@0.16", "@colyseus/schema@3", "express"),
        dialect=Colyseus,
    ),
    _front("nginx", "nginx", "nginx", "-p", "@folder@", "-c", "@folder@/nginx.conf", template="nginx.conf"),
    _front("HAProxy", "haproxy", "haproxy", "-q", "-db", "-f", "@folder@/haproxy.cfg", template="haproxy.cfg"),
    _front(
        "Caddy",
        "caddy",
        *("caddy", "run", "--adapter", "caddyfile", "--config", "@folder@/Caddyfile"),
        template="Caddyfile",
    ),
    _front(
        "Apache",
        "apache2-bin",
        *("apache2", "-D", "FOREGROUND", "-f", "@folder@/apache.conf"),
        template="apache.conf",
    ),
    _front(
        "lighttpd",
        "lighttpd",
        *("lighttpd", "-D", "-f", "@folder@/lighttpd.conf"),
        template="lighttpd.conf",
    ),
    _front(
        "Varnish",
        "varnish",
        *("varnishd", "-F", "-n", "@folder@/varnish", "-a", "127.0.0.1:@port@", "-f", "@folder@/varnish.vcl"),
        template="varnish.vcl",
    ),
    Server("Mojolicious", "Debian", ("libmojolicious-perl",), ("perl", "mojolicious.pl", "@port@"), program="perl"),
    Server(
        "libwebsockets",
        "Debian",
        ("libwebsockets-test-server",),
        ("libwebsockets-test-server", "-p", "@port@", "-i", "lo"),
        program="libwebsockets-test-server",
        dialect=Lines,
        protocols=("lws-mirror-protocol",),
    ),
    Server(
        "websocketd",
        "Debian",
        ("websocketd",),
        ("websocketd", "--address=127.0.0.1", "--port=@port@", "--loglevel=error", "cat"),
        program="websocketd",
        dialect=Lines,
    ),
    Server(
        "Godot 3",
        "Debian",
        ("godot3-server",),
        ("godot3-server", "--path", "@folder@", "-s", "@here@/programs/godot3.gd"),
        program="godot3-server",
        protocols=("chat.v1",),
    ),
    Server(
        "Chromium's DevTools",
        "Debian",
        ("chromium",),
        (
            *("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=@port@"),
            *("--user-data-dir=@folder@/profile", "about:blank"),
        ),
        program="chromium",
        dialect=DevTools,
    ),
)

#: The servers that the tests of every run ask: five of different kinds.
SAMPLE = ("websockets", "aiohttp", "Tornado", "uvicorn, engine wsproto", "nginx, in front of websockets")
