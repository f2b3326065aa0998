"""What is left when processes are killed at random under load; see `bench.crash.__main__`."""
