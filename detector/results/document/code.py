"""Blocks of code: their exact text, without the dropped lines, and their language."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from detector.results.document.elements import BORDERS, names
from detector.results.document.source import LEAVE, Source

if TYPE_CHECKING:
    from turbohtml import Element

    from detector.results.document.source import Event

_CLASS: Final = re.compile(
    r"^(?:language|lang|highlight-source|highlight|brush|sh|prism|hljs-language)[-_:]([\w+#.-]+)$", re.ASCII
)
# Classes that some highlighters use besides the name of a language.
_MARKS: Final = frozenset(("sourcecode", "hljs", "prettyprint", "src", "highlight"))
_NO_LANGUAGE: Final = names(
    "none plain plaintext text default code source numbersource numberlines line-numbers linenums hljs "
    "copyable wrapper table notranslate"
)


def _of_element(element: "Element") -> str | None:
    for name in ("data-lang", "data-language", "data-code-language"):
        said = element.attrs.get(name)
        if isinstance(said, str) and said.strip():
            return said.strip().lower()
    value = element.attrs.get("class")
    said = " ".join(value) if isinstance(value, list) else value or ""
    said_names = [name.rstrip(";").lower() for name in said.replace("brush: ", "brush:").split()]
    for name in said_names:
        if found := _CLASS.match(name):
            return found[1].removeprefix("source-")
    if _MARKS & set(said_names):
        others = [
            name for name in said_names if name not in _MARKS and re.fullmatch(r"[a-z][a-z0-9+#]*", name)
        ]
        return next((name.removeprefix("src-") for name in others if name not in _NO_LANGUAGE), None)
    return None


def code_language(element: "Element") -> str | None:
    """Return the language of a block of code, from its element, one inside it or one around it."""
    from turbohtml import Element

    inner = [child for child in element.children if isinstance(child, Element) and child.tag == "code"]
    around = [one for one, _ in zip(element.ancestors, range(3), strict=False) if isinstance(one, Element)]
    for one in (*inner, element, *around):
        found = _of_element(one)
        if found and found not in _NO_LANGUAGE and re.fullmatch(r"[\w+#.-]+", found):
            return found
    return None


def code_block(events: "Sequence[Event]", start: int, source: Source) -> str:
    """Return the text of a block of code, with its white space and blank lines.

    Parameters
    ----------
    events
        The events inside its element.
    start
        The position of its first visible character.
    source
        The page.
    """
    from turbohtml import Element, Text

    at, text, kept = start, list[str](), list[bool | None]()
    for kind, node in events:
        if isinstance(node, Text):
            for character in node.data:
                text.append(" " if character == "\u00a0" else character)
                if source.text[at : at + 1] == character:
                    kept.append(source.stays(at))
                    at += 1
                else:
                    kept.append(None)
        elif isinstance(node, Element):
            is_line = kind == LEAVE and node.tag in (*BORDERS, "li", "tr") and text and text[-1] != "\n"
            if is_line or (kind == LEAVE and node.tag == "br"):
                text.append("\n")
                kept.append(None)
    return _kept_lines("".join(text), kept)


def _kept_lines(text: str, kept: list[bool | None]) -> str:
    """Return the kept lines; of a partly dropped line, the kept part; and all blank lines."""
    lines, at = [], 0
    for line in text.split("\n"):
        fates = kept[at : at + len(line)]
        at += len(line) + 1
        if False not in fates:
            lines.append(line)
        elif True in fates:
            pairs = zip(line, fates, strict=True)
            lines.append("".join(character for character, fate in pairs if fate is not False))
    return "\n".join(lines).removeprefix("\n").rstrip("\n \t")
