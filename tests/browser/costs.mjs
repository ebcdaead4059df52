// What plain JavaScript needs for the same work, in the same page: no more than a careful programmer would write.

async function open(url) {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  await new Promise((resolve) => (socket.onopen = resolve));
  return socket;
}

/** Receives `count` messages that are kept until the frame takes them. Returns seconds. */
export async function receive(url, count) {
  const socket = await open(url);
  let kept = [];
  let seen = 0;
  const started = performance.now();
  await new Promise((resolve) => {
    socket.onmessage = (event) => {
      kept.push(event.data);
      seen += 1;
      if (kept.length > 1000) kept = [];
      if (seen === count) resolve();
    };
    socket.send("go");
  });
  const seconds = (performance.now() - started) / 1000;
  socket.close();
  return seconds;
}

/** Sends `count` messages, and waits until the server has them all. Returns seconds. */
export async function send(url, count, size, kind) {
  const socket = await open(url);
  const message = kind === "text" ? "x".repeat(size) : new Uint8Array(size);
  const started = performance.now();
  await new Promise((resolve) => {
    socket.onmessage = resolve;
    for (let sent = 0; sent < count; sent += 1) socket.send(message);
  });
  const seconds = (performance.now() - started) / 1000;
  socket.close();
  return seconds;
}
