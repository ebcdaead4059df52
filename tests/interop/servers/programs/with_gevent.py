"""Echoes on gevent-websocket."""

import sys

from gevent import monkey

monkey.patch_all()

from gevent.pywsgi import WSGIServer
from geventwebsocket.handler import WebSocketHandler


def app(environment, start_response):
    socket = environment.get("wsgi.websocket")
    if environment["PATH_INFO"] != "/" or socket is None:
        start_response("404 Not Found", [])
        return [b"There is nothing here.\n"]
    while (message := socket.receive()) is not None:
        if isinstance(message, str) and message.startswith("!close "):
            _, code, reason = message.split()
            socket.close(int(code), reason)
            break
        socket.send(message, binary=not isinstance(message, str))
    return []


WSGIServer(("127.0.0.1", int(sys.argv[1])), app, handler_class=WebSocketHandler, log=None).serve_forever()
