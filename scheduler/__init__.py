"""Time: what happens when nobody speaks."""
