// What each JavaScript client says to a WebSocketServer; the same for pages and for Node.js.

const EMPTY = { echoed: [], extensions: "", closedHere: null, closedThere: null, refused: null };

export async function visit(WebSocket, url, refusal) {
  const report = { ...EMPTY };
  const socket = await opened(WebSocket, `${url}/echo`);
  report.extensions = socket.extensions;
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  const large = new Uint8Array(1024 * 1024).map((_, index) => index % 251);
  report.echoed = [
    ["text", (await answer(socket, "grüße 🎲")) === "grüße 🎲"],
    ["empty text", (await answer(socket, "")) === ""],
    ["binary", same(bytes, await answer(socket, bytes))],
    ["1 MiB", same(large, await answer(socket, large))],
    ["text that is compressed", (await answer(socket, "the same again. ".repeat(10000))).length === 160000],
  ];
  const end = closed(socket);
  socket.close(4001, "bye");
  report.closedHere = await end;
  report.closedThere = await closed(new WebSocket(`${url}/kick`)); // it may close in the same step as it opens
  report.refused = await refusal(`${url}/refused`);
  return report;
}

function opened(WebSocket, url) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => resolve(socket);
    socket.onerror = (event) => reject(new Error(`it does not open: ${event.message}`));
  });
}

// A page is not told the status of a refusal: it sees 1006.
export function codeOfRefusal(WebSocket) {
  return async (url) => (await closed(new WebSocket(url)))[0];
}

function answer(socket, message) {
  return new Promise((resolve, reject) => {
    socket.onmessage = (event) => resolve(event.data);
    socket.onclose = (event) => reject(new Error(`closed with ${event.code} ${event.reason}`));
    socket.send(message);
  });
}

function closed(socket) {
  return new Promise((resolve) => {
    socket.onerror = () => {};
    socket.onclose = (event) => resolve([event.code, event.reason, event.wasClean]);
  });
}

function same(expected, received) {
  const bytes = new Uint8Array(received);
  return bytes.length === expected.length && bytes.every((byte, index) => byte === expected[index]);
}
