"""From a URL to an open connection, phase by phase."""
