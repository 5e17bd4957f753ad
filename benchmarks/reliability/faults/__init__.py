"""Faults that are injected into commands, and what must hold afterwards."""
