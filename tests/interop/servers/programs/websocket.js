// Echoes on the npm package websocket.
const http = require('http');
const { server: WebSocketServer } = require('websocket');

const listener = http.createServer((request, response) => { response.writeHead(404); response.end(); });
listener.listen(Number(process.argv[2]), '127.0.0.1');
const server = new WebSocketServer({ httpServer: listener, maxReceivedFrameSize: 1 << 22, maxReceivedMessageSize: 1 << 22 });
server.on('request', (request) => {
  if (request.resource === '/moved') { request.reject(302, 'moved', { Location: '/' }); return; }
  if (request.resource !== '/') { request.reject(404, 'There is nothing here.'); return; }
  const chosen = request.requestedProtocols.includes('chat.v1') ? 'chat.v1' : null;
  const socket = request.accept(chosen, request.origin);
  socket.on('message', (message) => {
    if (message.type === 'binary') { socket.sendBytes(message.binaryData); return; }
    const [command, code, reason] = message.utf8Data.split(' ');
    if (command === '!close') socket.close(Number(code), reason);
    else socket.sendUTF(message.utf8Data);
  });
});
