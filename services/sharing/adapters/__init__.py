"""Doors to departments' systems: one module a kind, chosen and set up by configuration, never by programming."""
