"""The arena in a web page, with Python in the browser (Pyodide)."""
