// Loads Pyodide and all that is tested, plays the behaviours, and POSTs what came of each to the server that served it.

export async function play(origin, options, loaded = undefined) {
  const post = (result) => fetch(`${origin}/results`, { method: "POST", body: JSON.stringify(result) });
  try {
    const started = performance.now();
    const { loadPyodide } = loaded ?? (await import(`${origin}/pyodide/pyodide.mjs`));
    const pyodide = await loadPyodide();
    const bundle = await fetch(`${origin}/bundle.zip`);
    pyodide.unpackArchive(await bundle.arrayBuffer(), "zip");
    await post({ loaded: performance.now() - started });
    const port = Number(new URL(origin).port);
    const report = (name, why, seconds) => post({ name, why, seconds });
    if (options.has("costs")) {
      const plain = await import(`${origin}/costs.mjs`);
      const tell = (work, seconds, ours) => post({ work, plain: seconds, ours });
      await pyodide.pyimport("tests.browser.costs_in_a_page").run(port, plain, tell);
    } else if (options.has("godot")) {
      await pyodide.pyimport("tests.browser.godot_in_a_page").run(Number(options.get("godot")), report);
    } else {
      const only = options.get("only") ?? "";
      await pyodide.pyimport("tests.browser.in_a_page").run(port, Number(options.get("closed")), only, report);
    }
    await post({ end: true });
  } catch (error) {
    await post({ end: true, error: String(error) });
  }
}
