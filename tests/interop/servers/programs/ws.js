// Echoes on ws.
const { WebSocketServer } = require('ws');

const chosen = (protocols) => (protocols.has('chat.v1') ? 'chat.v1' : false);
const server = new WebSocketServer({
  host: '127.0.0.1', port: Number(process.argv[2]), path: '/', handleProtocols: chosen, perMessageDeflate: true,
});
server.on('connection', (socket) => socket.on('message', (data, isBinary) => {
  const [command, code, reason] = isBinary ? [] : data.toString().split(' ');
  if (command === '!close') socket.close(Number(code), reason);
  else socket.send(data, { binary: isBinary });
}));
