"""The few jobs; clocks are data, so there are no more."""
