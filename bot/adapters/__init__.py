"""One package a platform; nothing outside them knows a platform."""
