"""The smallest program: connects, sends, prints what it receives, and closes."""
