#!/bin/sh
# A server answers the handshake of undici's WebSocket with 403. Which events does the client get?
#
# Guess: error, then close with 1006, and readyState is 3 (CLOSED), as the WHATWG standard says.
# Seen:  From undici 6, only error, and readyState stays 0 (CONNECTING): who waits for close waits for ever. undici 7 does as guessed.
#        Node.js 20's own WebSocket (--experimental-websocket) is undici 6.
# With:  undici 6.24.1 and 7.30.2 in Node.js 20.20.2
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund undici6@npm:undici@6.24.1 undici7@npm:undici@7.30.2 > log 2>&1
cat > refused.js <<'JS'
const refuse = (request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
const server = require('http').createServer().on('upgrade', refuse);

function events(name) {
  return new Promise((resolve) => {
    const { WebSocket } = require(name);
    const socket = new WebSocket(`ws://127.0.0.1:${server.address().port}/`);
    const seen = [];
    socket.onerror = () => seen.push('error');
    socket.onclose = (event) => seen.push(`close ${event.code}`);
    setTimeout(() => {
      const result = `${seen.join(', ')}; readyState ${socket.readyState}`;
      console.log(`undici ${require(`${name}/package.json`).version}, after 3 seconds: ${result}`);
      resolve(result);
    }, 3000);
  });
}

server.listen(0, '127.0.0.1', async () => {
  const [six, seven] = await Promise.all([events('undici6'), events('undici7')]);
  process.exit(six === 'error; readyState 0' && seven === 'error, close 1006; readyState 3' ? 0 : 1);
});
JS
timeout 60 node refused.js
