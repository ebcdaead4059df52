"""A chat in Panda3D.

Run it with `python -m demos.engines.chat_panda3d`, after `pip install panda3d`.
"""

import atexit
import sys

from direct.gui.DirectGui import DirectEntry
from direct.gui.OnscreenText import OnscreenText, TextNode
from direct.showbase.ShowBase import ShowBase
from panda3d.core import loadPrcFileData

from wsclient import WebSocketClient

client = WebSocketClient()
lines: list[object] = []
client.connection_established.connect(lambda _protocol: client.send_text("Panda3D is here"))
client.data_received.connect(lambda: lines.append(client.get_message()))
client.connection_error.connect(lambda: lines.append(client.last_error))
client.connection_closed.connect(lambda _was_clean: lines.append("The chat is over."))
if client.connect_to_url(sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:9081"):
    sys.exit(str(client.last_error))  # the argument is not a URL
atexit.register(client.disconnect_from_host)  # closes the connection however the program ends

loadPrcFileData("", "win-size 640 360")
base = ShowBase()
base.setBackgroundColor(0.1, 0.1, 0.4)
shown = OnscreenText(pos=(-1.7, 0.85), scale=0.1, fg=(1, 1, 1, 1), align=TextNode.ALeft, mayChange=True)


def say(text: str) -> None:
    if not client.send_text(text):  # refused until the connection is open; the line is kept
        entry.set("")
    entry["focus"] = True


def poll(task: object) -> int:
    client.poll()  # once a frame; emits the signals
    shown.text = "\n".join(map(str, lines[-12:]))
    return task.cont


entry = DirectEntry(pos=(-1.7, 0, -0.9), scale=0.1, width=34, command=say, focus=1)
base.taskMgr.add(poll)
base.accept("escape", base.userExit)
base.run()
