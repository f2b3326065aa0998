"""One file a command, noun first; found by walking this package."""
