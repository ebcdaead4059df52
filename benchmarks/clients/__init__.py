"""One file for each client: the same work, in the way that its documentation describes as the fastest."""
