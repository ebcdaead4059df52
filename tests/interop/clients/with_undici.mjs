// The conversation with undici, which is the WebSocket of Node.js: node with_undici.mjs NODE_MODULES URL
import { createRequire } from "node:module";
import { codeOfRefusal, visit } from "./visit.mjs";

const [modules, url] = process.argv.slice(2);
const { WebSocket } = createRequire(`${modules}/`)("undici");
console.log(JSON.stringify(await visit(WebSocket, url, codeOfRefusal(WebSocket))));
process.exit(0);
