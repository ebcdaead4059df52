"""Echoes on Flask, by flask-sock and simple-websocket."""

import sys

from flask import Flask, redirect
from flask_sock import Sock

app = Flask("echo")
sock = Sock(app)
app.config["SOCK_SERVER_OPTIONS"] = {"subprotocols": ["chat.v1"]}


@sock.route("/")
def echo(socket):
    while True:
        message = socket.receive()
        if isinstance(message, str) and message.startswith("!close "):
            _, code, reason = message.split()
            socket.close(int(code), reason)
        else:
            socket.send(message)


@app.route("/moved")
def moved():
    return redirect("/")


app.run("127.0.0.1", int(sys.argv[1]), threaded=True)
