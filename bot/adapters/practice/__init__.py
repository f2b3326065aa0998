"""The practice chat: a third platform, on loopback, for trying and testing."""
