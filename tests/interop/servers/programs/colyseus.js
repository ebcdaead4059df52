// Echoes in a room of Colyseus.
const { Server, Room } = require('@colyseus/core');
const { WebSocketTransport } = require('@colyseus/ws-transport');

class Echo extends Room {
  onCreate() {
    this.onMessage('echo', (client, message) => client.send('echo', message));
    this.onMessage('close', (client, code) => client.leave(code));
  }
}
const server = new Server({ transport: new WebSocketTransport({ maxPayload: 1 << 22 }), greet: false });
server.define('echo', Echo);
server.listen(Number(process.argv[2]), '127.0.0.1');
