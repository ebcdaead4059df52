#!/bin/sh
# 50 greenlets wake at the same moment. Each sends a message, which is answered while the next one runs. When are answers read?
#
# Guess: Soon after they have arrived, between two of the other greenlets.
# Seen:  After all 50 have sent. gevent runs every timer that is due before it looks at sockets, so the first answer waits for all of them.
# With:  gevent 26.9.0, greenlet 3.5.6
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet gevent==26.9.0 greenlet==3.5.6
cat > turn.py <<'PY'
import sys, time
import gevent, gevent.socket

COUNT = 50
order = []
unanswered = []


def user():
    gevent.sleep(0.1)
    if unanswered:
        unanswered.pop().sendall(b"pong")  # to the greenlet before, which has been waiting; it has arrived when this returns
        order.append("answer")
    ours, theirs = gevent.socket.socketpair()
    ours.sendall(b"ping")
    unanswered.append(theirs)
    order.append("send")
    ours.recv(100)
    order.append("read")


for _ in range(COUNT):
    gevent.spawn(user)
gevent.sleep(0)  # all go to sleep
time.sleep(0.5)  # blocks the loop until all are due
gevent.sleep(1)
print("in order:", *order[:5], "...", *order[-3:])
before = order[: order.index("read")]
print("before the first read there were", before.count("send"), "sends and", before.count("answer"), "answers")
sys.exit(not (before.count("send") == COUNT and before.count("answer") == COUNT - 1))
PY
timeout 60 python/bin/python turn.py
