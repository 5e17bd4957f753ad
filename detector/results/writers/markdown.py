r"""A clean tree as Markdown: CommonMark, with GitHub's tables, footnotes, and formulas between dollars.

turbohtml writes it. Before that, elements without a CommonMark form are converted: footnotes, lists whose
numbers jump, definition lists, formulas.
"""

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from detector.results.document.elements import CELLS, HEADINGS
from detector.results.document.formulas import readable, tex_of
from detector.results.document.lists import without_leaps
from detector.results.writers.emphasis import emphasis
from detector.results.writers.footnotes import take_footnotes
from detector.results.writers.pipe_tables import pipe_table

if TYPE_CHECKING:
    from turbohtml import Element, Markdown, Node

# Elements without a form in Markdown, and what they become.
_SAME_AS: Final = {"dt": "p", "summary": "div", "figcaption": "p", "dd": "div"}
_UNWRAPPED: Final = ("dl", "details", "figure")
# A placeholder before a table until it is at its position. No page contains it, because HTML has no NUL.
_TABLE: Final = "\0"
# What follows it if the table begins an item.
_FIRST: Final = "!"
_NOTE_INDENT: Final = " " * 4
_BEFORE_MARK: Final = re.compile(r"(?<=\S) +(?=\[\^[^\]\s]+\](?!:))")


def tree_markdown(
    tree: "Element",
    *,
    links: bool = True,
    bold: bool = True,
    italics: bool = True,
    code: bool = True,
    images: bool = True,
) -> str:
    """Return a clean tree as Markdown; the tree is used up.

    Parameters
    ----------
    tree
        From `clean_tree`.
    links, bold, italics, code, images
        Whether links, bold and italic words, inline code, and the alternative text of pictures are written as
        such. Without `images` pictures are left out; in all other cases the words stay.
    """
    left_out = [
        *(["a"] if not links else []),
        *(["strong"] if not bold else []),
        *(["em"] if not italics else []),
    ]
    notes = take_footnotes(tree)
    for part in (tree, *(note for _, note in notes)):
        _prepare(part, code=code, images=images)
    options = _options(left_out, images)
    # The mark of a note is attached to its word, whatever was between them on the page.
    written = [_BEFORE_MARK.sub("", tree.to_markdown(options).strip("\n"))]
    for label, note in notes:
        text = note.to_markdown(options).strip("\n").replace("\n", "\n" + _NOTE_INDENT)
        written.append(f"[^{label}]: {text}".replace("\n" + _NOTE_INDENT + "\n", "\n\n"))
    return _with_tables("\n\n".join(part for part in written if part))


def _with_tables(text: str) -> str:
    """Put a table that begins an item on the line of the item's mark, and others after a blank line."""
    out, *parts = text.split(_TABLE)
    pieces = [out]
    for part in parts:
        before, table = pieces[-1], part.removeprefix(_FIRST)
        if table != part:
            pieces[-1] = before.rstrip(" \n>") + " "
        else:
            above, _, indent = before.rpartition("\n")
            is_blank = not above.rpartition("\n")[2].strip(" >")
            pieces[-1] = before if is_blank else f"{above}\n{indent.rstrip()}\n{indent}"
        pieces.append(table)
    return "".join(pieces)


def _options(left_out: list[str], images: bool) -> "Markdown":
    from turbohtml import Markdown

    def table(element: "Element", _: str) -> str:
        is_first = getattr(element.parent, "tag", "") == "li" and element.previous_sibling is None
        return _TABLE + (_FIRST if is_first else "") + pipe_table(element, options)

    options = Markdown(
        images=Markdown.Images(mode="markdown" if images else "ignore"),
        links=Markdown.Links(autolink=False),
        document=Markdown.Document(line_break="backslash"),
        strip=left_out or None,
        converters={
            "table": table,
            "math": _formula,
            "blank-line": lambda element, _: "",
            "footnote-mark": lambda element, _: f"[^{element.text}]",
            "dollar-sign": lambda element, _: "\\$",
            **{tag: emphasis(tag) for tag in ("em", "strong") if tag not in left_out},
            "sup": lambda element, text: f"<sup>{text}</sup>" if text.strip() else "",
            "sub": lambda element, text: f"<sub>{text}</sub>" if text.strip() else "",
        },
    )
    return options


def _formula(element: "Element", _: str) -> str:
    source = tex_of(element)
    if source is None:
        return readable(element)
    mark = "$$" if element.attrs.get("display") == "block" else "$"
    return f"{mark}{' '.join(source.strip('$').split())}{mark}"


def _prepare(tree: "Element", *, code: bool, images: bool) -> None:
    """Convert elements without a CommonMark form."""
    from turbohtml import Element

    for element in [one for one in tree.descendants if isinstance(one, Element)]:
        if element.tag == "code" and not code and getattr(element.parent, "tag", "") != "pre":
            element.unwrap()
        else:
            _put_otherwise(element, images)
    if tree.find("math") is not None:
        _mark_dollars(tree)


def _put_otherwise(element: "Element", images: bool) -> None:
    from turbohtml import Element

    tag = element.tag
    element.attrs.pop("title", None)  # it repeats the text, or is meant for a mouse pointer
    if tag == "img" and not (images and str(element.attrs.get("alt") or "").strip()):
        element.extract()
    elif tag in _UNWRAPPED:
        element.unwrap()
    elif tag in _SAME_AS:
        if tag == "dt":
            element.wrap_children(Element("strong"))
        element.tag = _SAME_AS[tag]
    elif tag in HEADINGS and any(one.tag in CELLS for one in _around(element)):
        element.tag = "p"
    elif tag == "ol":
        without_leaps(element)
    elif tag == "q" and _has_marks(element):
        element.unwrap()
    elif tag == "blockquote" and _touches_next(element):
        element.insert_after(Element("blank-line"))


def _around(element: "Node") -> "list[Element]":
    from turbohtml import Element

    return [one for one in element.ancestors if isinstance(one, Element)]


def _touches_next(quotation: "Element") -> bool:
    """Return whether another quotation follows for which turbohtml writes no blank line, as in items."""
    if getattr(quotation.next_sibling, "tag", "") != "blockquote":
        return False
    return next((one.tag for one in _around(quotation) if one.tag in ("li", "blockquote")), "") == "li"


def _has_marks(quotation: "Element") -> bool:
    """Return whether the page itself has the quotation marks."""
    from turbohtml import Text

    before, words = quotation.previous_sibling, str(quotation.text).strip()
    ends = words[:1] + (before.data[-1:] if isinstance(before, Text) else "")
    return any(unicodedata.category(sign) in ("Pi", "Pf", "Ps") or sign in "\"'" for sign in ends)


def _mark_dollars(tree: "Element") -> None:
    """Mark the dollars that do not begin a formula, so that they are escaped."""
    from turbohtml import Element, Text

    for text in [one for one in tree.descendants if isinstance(one, Text) and "$" in one.data]:
        if any(one.tag in ("math", "code") for one in _around(text)):
            continue
        first, *rest = text.data.split("$")
        nodes: list[Element | Text] = [Text(first)]
        for part in rest:
            nodes += [Element("dollar-sign", {}, [Text("$")]), Text(part)]
        text.replace_with(*nodes)
