"""A chat in tkinter.

Run it with `python -m demos.engines.chat_tkinter`. tkinter comes with most Pythons.
"""

import atexit
import signal
import sys
import tkinter as tk

from wsclient import WebSocketClient

client = WebSocketClient()
lines: list[object] = []
client.connection_established.connect(lambda _protocol: client.send_text("tkinter is here"))
client.data_received.connect(lambda: lines.append(client.get_message()))
client.connection_error.connect(lambda: lines.append(client.last_error))
client.connection_closed.connect(lambda _was_clean: lines.append("The chat is over."))
if client.connect_to_url(sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:9081"):
    sys.exit(str(client.last_error))  # the argument is not a URL
atexit.register(client.disconnect_from_host)  # closes the connection however the program ends

root = tk.Tk()
signal.signal(signal.SIGINT, lambda *_: root.destroy())  # Ctrl+C, which tkinter only reports
root.geometry("640x360")
shown = tk.Label(root, anchor="nw", justify="left", font=("Sans", 12))
shown.pack(fill="both", expand=True, padx=12, pady=12)
entry = tk.Entry(root, font=("Sans", 12))
entry.pack(fill="x", padx=12, pady=12)
entry.focus_force()


def say(_event: object) -> None:
    if not client.send_text(entry.get()):  # refused until the connection is open; the line is kept
        entry.delete(0, "end")


def poll() -> None:
    root.after(16, poll)  # milliseconds; called first, so that polling continues if a handler raises
    client.poll()  # emits the signals
    shown["text"] = "\n".join(map(str, lines[-12:]))


entry.bind("<Return>", say)
root.bind("<Escape>", lambda _event: root.destroy())
poll()
root.mainloop()
