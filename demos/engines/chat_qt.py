"""A chat in Qt.

Run it with `python -m demos.engines.chat_qt`, after `pip install PySide6-Essentials`.
"""

import atexit
import signal
import sys

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from wsclient import WebSocketClient

app = QApplication(sys.argv)
signal.signal(signal.SIGINT, lambda *_: app.quit())  # Ctrl+C, which Qt ignores
window, shown, entry, timer = QWidget(), QPlainTextEdit(readOnly=True), QLineEdit(), QTimer(interval=16)
client = WebSocketClient()
client.connection_established.connect(lambda _protocol: client.send_text("Qt is here"))
client.data_received.connect(lambda: shown.appendPlainText(str(client.get_message())))
client.connection_error.connect(lambda: shown.appendPlainText(str(client.last_error)))
client.connection_closed.connect(lambda _was_clean: shown.appendPlainText("The chat is over."))
if client.connect_to_url(sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:9081"):
    sys.exit(str(client.last_error))  # the argument is not a URL
atexit.register(client.disconnect_from_host)  # closes the connection however the program ends


def say() -> None:
    if not client.send_text(entry.text()):  # refused until the connection is open; the line is kept
        entry.clear()


entry.returnPressed.connect(say)
window.keyPressEvent = lambda event: event.key() == Qt.Key.Key_Escape and window.close()
timer.timeout.connect(client.poll)  # every 16 milliseconds; emits the signals
timer.start()
layout = QVBoxLayout(window)
layout.addWidget(shown)
layout.addWidget(entry)
window.resize(640, 360)
window.show()
entry.setFocus()
app.exec()
