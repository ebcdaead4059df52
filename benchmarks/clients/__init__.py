"""One file for each client that is measured: the same work, done as its own documentation says is fastest."""
