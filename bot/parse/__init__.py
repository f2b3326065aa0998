"""Sentences to values: time, money, customers, commands. Pure, offline, milliseconds."""
