// Loads Python and the game, then starts Python with `demos/web/page.py`.

import { loadPyodide } from "./pyodide/pyodide.mjs";
import { drawFrame, nextFrame, screenshot } from "./draw.mjs";

const loading = document.getElementById("loading");
try {
  const pyodide = await loadPyodide();
  for (const [name, format] of await (await fetch("archives.json")).json()) {
    const archive = await fetch(name);
    pyodide.unpackArchive(await archive.arrayBuffer(), format);
  }
  const page = pyodide.pyimport("demos.web.page");
  loading.remove();
  await page.play(location.href, drawFrame, nextFrame, screenshot);
} catch (error) {
  loading.textContent = String(error);
  throw error;
}
