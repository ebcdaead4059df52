#!/bin/sh
# What does a Colyseus server send to its clients when it shuts down gracefully?
#
# Guess: A code that means "connect again": 1001, 1012, or one of Colyseus' own.
# Seen:  4000, which Colyseus itself calls WS_CLOSE_CONSENTED: the same code as after a client's own leave().
# With:  @colyseus/core 0.16.26, @colyseus/ws-transport 0.16.5, ws 8.23.0
set -eu
folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --omit=optional --legacy-peer-deps \
    @colyseus/core@0.16.26 @colyseus/ws-transport@0.16.5 @colyseus/schema@3 express@5 ws@8.23.0 > log 2>&1
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
listening() { python3 -c "
import socket, time
for _ in range(300):
    try: socket.create_connection(('127.0.0.1', $1)).close(); break
    except OSError: time.sleep(0.1)
else: raise SystemExit('it does not listen')"; }
cat > server.js <<'JS'
const { Server, Room } = require('@colyseus/core');
const { WebSocketTransport } = require('@colyseus/ws-transport');
const server = new Server({ transport: new WebSocketTransport(), greet: false });
server.define('game', class extends Room {});
server.listen(Number(process.argv[2]), '127.0.0.1');
JS
cat > client.js <<'JS'
const WebSocket = require('ws');
const { Protocol } = require('@colyseus/core');
const [port, pid] = process.argv.slice(2);
(async () => {
  const seat = await (await fetch(`http://127.0.0.1:${port}/matchmake/joinOrCreate/game`, {
    method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' },
  })).json();
  const { processId, roomId } = seat.room;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${processId}/${roomId}?sessionId=${seat.sessionId}`);
  socket.once('message', () => {  // joined
    socket.send(Buffer.from([Protocol.JOIN_ROOM]));
    setTimeout(() => process.kill(Number(pid), 'SIGTERM'), 500);
  });
  socket.on('close', (code) => {
    console.log('the server was stopped; close code', code, '- WS_CLOSE_CONSENTED is', Protocol.WS_CLOSE_CONSENTED);
    process.exit(code === 4000 && Protocol.WS_CLOSE_CONSENTED === 4000 ? 0 : 1);
  });
  setTimeout(() => { console.log('no Close came'); process.exit(1); }, 30000).unref();
})();
JS
node server.js "$port" > server.log 2>&1 &
server=$!
listening "$port"
node client.js "$port" "$server" 2> client.log
