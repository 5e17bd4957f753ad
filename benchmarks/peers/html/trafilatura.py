"""trafilatura: its defaults, and the options compared in its own evaluation."""

import trafilatura


def extract(html: bytes, language: str | None) -> str:
    """Extract with the defaults, as most users call it."""
    return trafilatura.extract(html) or ""


def extract_evaluated(html: bytes, language: str | None) -> str:
    """Extract as its published evaluation does: without comments, with tables."""
    return trafilatura.extract(html, include_comments=False, include_tables=True) or ""


def extract_fast(html: bytes, language: str | None) -> str:
    """Extract without the fallback extractors."""
    return trafilatura.extract(html, fast=True, include_comments=False, include_tables=True) or ""


def extract_precision(html: bytes, language: str | None) -> str:
    """Extract with its evaluation's options for precision."""
    return trafilatura.extract(html, favor_precision=True, include_comments=False, include_tables=True) or ""


def extract_recall(html: bytes, language: str | None) -> str:
    """Extract with its evaluation's options for recall."""
    return trafilatura.extract(html, favor_recall=True, include_comments=False, include_tables=True) or ""
