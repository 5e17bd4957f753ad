"""Peers on plain text, one file each: `extract(text, language) -> str`."""
