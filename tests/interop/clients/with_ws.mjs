// The conversation with ws, which can do more than a page: node with_ws.mjs NODE_MODULES URL
import { createRequire } from "node:module";
import { visit } from "./visit.mjs";

const [modules, url] = process.argv.slice(2);
const { WebSocket } = createRequire(`${modules}/`)("ws");

class Compressing extends WebSocket {
  constructor(address) {
    super(address, { perMessageDeflate: { threshold: 0 } });
  }
}

function status(address) {
  return new Promise((resolve) => {
    const socket = new WebSocket(address);
    socket.on("unexpected-response", (_request, response) => resolve(response.statusCode));
    socket.on("error", () => {});
  });
}

function withFrames(address) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address);
    const report = {};
    socket.on("error", reject);
    socket.on("open", () => {
      socket.on("pong", (payload) => {
        report.pong = payload.toString();
        for (const part of ["in ", "three ", "parts"]) socket.send(part, { fin: part === "parts" });
      });
      socket.on("message", (data) => {
        report.fragments = data.toString();
        socket.close();
        resolve(report);
      });
      socket.ping("are you there");
    });
  });
}

const report = await visit(Compressing, url, status);
console.log(JSON.stringify({ ...report, ...(await withFrames(`${url}/echo`)) }));
process.exit(0);
