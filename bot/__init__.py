"""Chat: how we listen and how we speak. Knows nothing of sales."""
