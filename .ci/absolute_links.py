"""Make the links of README.md absolute, in place: a package index shows it apart from the repository.

    python .ci/absolute_links.py https://example.org/owner/name v1.0

The workflow that builds wheels runs this with the address of its repository and the tag that it builds.
"""

import re
import sys
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"
# The target of a link or picture that is neither an address nor a place on the page.
RELATIVE = re.compile(r"(!?)(\[[^\]]*\])\((?!\w+:|#)([^)]+)\)")


def absolute(text: str, repository: str, tag: str) -> str:
    """Return Markdown whose relative links and pictures point to a tag of a repository."""

    def replaced(found: re.Match[str]) -> str:
        picture, label, target = found.groups()
        return f"{picture}{label}({repository}/{'raw' if picture else 'blob'}/{tag}/{target})"

    return RELATIVE.sub(replaced, text)


if __name__ == "__main__":
    README.write_text(absolute(README.read_text("utf-8"), *sys.argv[1:3]), "utf-8")
