"""Pictures to text, fields, seals and fingerprints."""
