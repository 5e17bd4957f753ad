"""A clean tree as an HTML document: with its metadata, without scripts and styles."""

from html import escape
from typing import TYPE_CHECKING

from detector.results.metadata.record import Found, Metadata

if TYPE_CHECKING:
    from turbohtml import Element


def tree_html(tree: "Element", metadata: Metadata) -> str:
    """Return a clean tree as a complete HTML document."""
    language = metadata.language or metadata.text_language
    attributes = f' lang="{escape(language.value)}"' if language is not None else ""
    if direction := tree.attrs.get("dir"):
        attributes += f' dir="{escape(str(direction))}"'
    head = ['<meta charset="utf-8">', f"<title>{escape(str(metadata.title or ''))}</title>"]
    head += [_meta("name", "author", author) for author in metadata.authors]
    for name, found in (
        ("article:published_time", metadata.published),
        ("article:modified_time", metadata.modified),
        ("og:site_name", metadata.site_name),
        ("og:image", metadata.image),
    ):
        head += [_meta("property", name, found)] if found is not None else []
    if metadata.canonical_url is not None:
        head.append(f'<link rel="canonical" href="{escape(metadata.canonical_url.value)}">')
    lines = "\n".join(head)
    body = f"<body>\n{tree.html}\n</body>"
    return f"<!DOCTYPE html>\n<html{attributes}>\n<head>\n{lines}\n</head>\n{body}\n</html>"


def _meta(kind: str, name: str, found: Found) -> str:
    return f'<meta {kind}="{name}" content="{escape(found.value)}">'
