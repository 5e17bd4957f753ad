"""Peers on plain text, a file each: `extract(text, language) -> str`."""
