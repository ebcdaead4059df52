// Plays the behaviours in Node.js. Its arguments: the folder node_modules, the server's address, the closed port.

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, origin, query] = process.argv.slice(2);
const require = createRequire(`${modules}/index.js`);
globalThis.WebSocket = require("undici").WebSocket; // Node.js 20 has none, and later ones may have another
const pyodide = await import(pathToFileURL(`${modules}/pyodide/pyodide.mjs`));
const { play } = await import("./play.mjs");
await play(origin, new URLSearchParams(query), pyodide);
process.exit(0);
