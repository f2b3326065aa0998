"""Sales: what is true. Knows nothing of chat."""
