"""winnow-md: its rules on the lines of a page, with each line as a paragraph of Markdown.

Its learned model is left out, because it downloads embeddings at the first call.
"""

import winnow


def extract(text: str, language: str | None) -> str:
    """Drop the blocks that its rules call boilerplate."""
    paragraphs = "\n\n".join(line for line in text.splitlines() if line.strip())
    return winnow.clean(paragraphs, use_model=False).markdown
