// Echoes on faye-websocket.
const http = require('http');
const WebSocket = require('faye-websocket');

const listener = http.createServer();
listener.on('upgrade', (request, stream, body) => {
  if (request.url !== '/') { stream.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'); return; }
  const socket = new WebSocket(request, stream, body, ['chat.v1']);
  socket.on('message', ({ data }) => {
    const [command, code, reason] = typeof data === 'string' ? data.split(' ') : [];
    if (command === '!close') socket.close(Number(code), reason);
    else socket.send(data);
  });
});
listener.listen(Number(process.argv[2]), '127.0.0.1');
