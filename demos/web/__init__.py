"""The arena in a page: Python in the browser, by Pyodide."""
