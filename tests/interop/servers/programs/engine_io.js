// Echoes on engine.io, whose clients put a digit before each text.
const http = require('http');

const listener = http.createServer((request, response) => { response.writeHead(404); response.end(); });
const { attach } = require('engine.io');
const server = attach(listener, { perMessageDeflate: true, maxHttpBufferSize: 1 << 22 });
server.on('connection', (socket) => socket.on('message', (data) => {
  if (typeof data === 'string' && data.startsWith('!close ')) socket.close();
  else socket.send(data);
}));
listener.listen(Number(process.argv[2]), '127.0.0.1');
