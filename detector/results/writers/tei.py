"""A clean tree as TEI, the XML of corpus linguistics (TEI P5, the elements of TEI Lite).

A heading begins a `<div>` with what follows, up to the next heading of its level.
"""

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from detector.results.document.elements import CELLS, HEADINGS
from detector.results.document.formulas import readable, tex_of
from detector.results.document.lists import marked_items
from detector.results.metadata.record import Metadata
from detector.results.writers.tei_values import address, language, moment, xml_name, xml_text
from detector.version import __version__

if TYPE_CHECKING:
    from turbohtml import Element, Node

NAMESPACE: Final = "http://www.tei-c.org/ns/1.0"
_XML: Final = "{http://www.w3.org/XML/1998/namespace}"
# Deeper elements are written as words, because the standard library writes XML recursively.
_DEEPEST: Final = 200
_HOLD_WORDS: Final = frozenset(("p", "item", "label", "quote", "cell", "head", "hi", "ref", "q", "seg"))
# Inline elements: their names, and how they are rendered.
_INLINE: Final = {
    "strong": ("hi", "bold"), "em": ("hi", "italic"), "cite": ("hi", "italic"), "dfn": ("term", None),
    "var": ("hi", "italic"), "u": ("hi", "underline"), "s": ("hi", "strikethrough"), "del": ("del", None),
    "ins": ("add", None), "sub": ("hi", "subscript"), "sup": ("hi", "superscript"),
    "mark": ("hi", "highlight"),
    "small": ("hi", "small"), "code": ("code", None), "kbd": ("hi", "kbd"), "samp": ("hi", "samp"),
    "q": ("q", None), "abbr": ("abbr", None), "time": ("time", None), "ruby": ("seg", "ruby"),
    "rt": ("seg", "ruby-text"), "rp": ("seg", "ruby-parenthesis"), "a": ("ref", None),
}  # fmt: skip
_BLOCKS: Final = {
    "p": "p", "ul": "list", "ol": "list", "dl": "list", "li": "item", "dt": "label", "dd": "item",
    "blockquote": "quote", "table": "table", "tr": "row", "td": "cell", "th": "cell", "caption": "head",
    "figure": "figure", "figcaption": "head", "summary": "p",
}  # fmt: skip
# Elements that a paragraph cannot contain.
_BLOCK_NAMES: Final = "p, ul, ol, dl, blockquote, table, pre, figure, h1, h2, h3, h4, h5, h6"
_UNWRAPPED: Final = frozenset(("thead", "tbody", "tfoot", "details", "div", "article"))


def tree_tei(tree: "Element", metadata: Metadata, url: str | None) -> str:
    """Return a clean tree as a TEI document.

    Parameters
    ----------
    tree
        From `clean_tree`; it is used up.
    metadata
        The metadata of the page, for the header.
    url
        The address of the page, if known.
    """
    _prepare(tree)
    root = ET.Element("TEI", {"xmlns": NAMESPACE})
    root.append(_header(metadata, url))
    body = ET.SubElement(ET.SubElement(root, "text", _attributes(tree)), "body")
    _Body(body).write(tree)
    if len(body) == 0:
        ET.SubElement(body, "p")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _prepare(tree: "Element") -> None:
    """Convert what TEI does not allow: numbers of items, pairs of terms, names."""
    for block in tree.select("ol"):
        for item, mark in marked_items(block):
            item.attrs["value"] = mark
    for block in tree.select("dl"):
        _pair(block)
    for block in tree.select("summary"):
        if block.select_one(_BLOCK_NAMES) is not None:
            block.tag = "div"
    taken: dict[str, int] = {}
    names: dict[str, str] = {}
    for element in tree.select("[id]"):
        name = str(element.attrs.pop("id"))
        if name not in names:  # the first one counts if there are several
            names[name] = element.attrs["id"] = xml_name(name, taken)
    for link in tree.select("a[href^='#']"):
        link.attrs["href"] = "#" + names[str(link.attrs["href"])[1:]]


def _pair(block: "Element") -> None:
    """Give each term one meaning, and each meaning one term, which are empty if the page has none."""
    from turbohtml import Element

    parts = [child for child in block.children if isinstance(child, Element)]
    for part, following in zip(parts, [*parts[1:], None], strict=True):
        before = part.previous_sibling
        if part.tag == "dd" and not (isinstance(before, Element) and before.tag == "dt"):
            part.insert_before(Element("dt"))
        if part.tag == "dt" and (following is None or following.tag != "dd"):
            part.insert_after(Element("dd"))


def _header(metadata: Metadata, url: str | None) -> ET.Element:
    header = ET.Element("teiHeader")
    file = ET.SubElement(header, "fileDesc")
    titles = ET.SubElement(file, "titleStmt")
    _add(titles, "title", str(metadata.title or "untitled"))
    for author in metadata.authors:
        _add(titles, "author", author.value)
    publication = ET.SubElement(file, "publicationStmt")
    if metadata.site_name is not None:
        _add(publication, "publisher", metadata.site_name.value)
    else:
        _add(publication, "p", "unknown")
    if metadata.site_name is not None and metadata.published is not None:
        when = moment(metadata.published.value)
        _add(publication, "date", metadata.published.value, **({"when": when} if when else {}))
    source = ET.SubElement(file, "sourceDesc")
    if place := url or (metadata.canonical_url.value if metadata.canonical_url else None):
        ET.SubElement(ET.SubElement(source, "bibl"), "ptr", {"target": address(place)})
    else:
        _add(source, "p", "a page without an address")
    encoding = ET.SubElement(ET.SubElement(header, "encodingDesc"), "appInfo")
    application = ET.SubElement(encoding, "application", {"ident": "detector", "version": __version__})
    _add(application, "label", "detector")
    said = metadata.language or metadata.text_language
    if said is not None and (tag := language(said.value)):
        used = ET.SubElement(ET.SubElement(header, "profileDesc"), "langUsage")
        _add(used, "language", tag, ident=tag)
    return header


def _add(parent: ET.Element, tag: str, text: str, **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, tag, {name: xml_text(value) for name, value in attributes.items()})
    child.text = xml_text(text)
    return child


def _append_text(parent: ET.Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + xml_text(text)
    else:
        parent.text = (parent.text or "") + xml_text(text)


class _Body:
    """Writes the blocks of a tree, in sections by their headings."""

    def __init__(self, body: ET.Element) -> None:
        self.sections: list[tuple[int, ET.Element]] = [(0, body)]

    def write(self, tree: "Element") -> None:
        """Write all blocks at the first level of the tree."""
        from turbohtml import Element

        for child in tree.children:
            if isinstance(child, Element) and child.tag in HEADINGS:
                level = int(child.tag[1])
                while self.sections[-1][0] >= level:
                    self.sections.pop()
                section = ET.SubElement(self.sections[-1][1], "div", {"type": "section"})
                self.sections.append((level, section))
                _write(child, ET.SubElement(section, "head", _attributes(child)))
            elif isinstance(child, Element):
                _write_into(child, self.sections[-1][1])


def _write(element: "Element", target: ET.Element) -> None:
    """Write the contents of an element into another; not recursive, because pages choose the depth."""
    from turbohtml import Element, Text

    todo: list[tuple[Node, ET.Element, int]] = [(child, target, 0) for child in reversed(element.children)]
    while todo:
        node, parent, depth = todo.pop()
        if isinstance(node, Text):
            _append_text(parent, node.data)
        elif isinstance(node, Element):
            written = _begun(node, parent)
            if depth >= _DEEPEST and written is not None and written.tag in _HOLD_WORDS:
                _append_text(written, " ".join(str(node.text).split()))
            elif written is not None:
                todo += [(child, written, depth + 1) for child in reversed(node.children)]


def _write_into(element: "Element", parent: ET.Element) -> None:
    written = _begun(element, parent)
    if written is not None:
        _write(element, written)


def _begun(element: "Element", parent: ET.Element) -> ET.Element | None:
    """Write an element; returns the parent for its content, or None if it is complete."""
    from turbohtml import Element

    tag = element.tag
    if tag == "tr" and not element.select("td, th"):
        return None
    if tag in _UNWRAPPED:
        return parent
    if tag in _BLOCKS:
        return ET.SubElement(parent, _BLOCKS[tag], _attributes(element))
    if tag in HEADINGS:  # in a list or a quotation, where no section begins
        return ET.SubElement(parent, "p", {"rend": "head"} | _attributes(element))
    if tag in _INLINE:
        name, shown = _INLINE[tag]
        if name == "code" and any(isinstance(child, Element) for child in element.children):
            name, shown = "hi", "code"  # code contains only words
        kept = _attributes(element) | ({"rend": shown} if shown else {})
        return ET.SubElement(parent, name, kept)
    _write_whole(element, parent)
    return None


def _write_whole(element: "Element", parent: ET.Element) -> None:
    """Write an element without content, a block of code or a formula."""
    tag = element.tag
    if tag == "br":
        ET.SubElement(parent, "lb")
    elif tag == "hr":
        ET.SubElement(parent, "milestone", {"unit": "section"})
    elif tag == "pre":
        _listing(element, parent)
    elif tag == "img":
        _picture(element, parent)
    elif tag == "math":
        source = tex_of(element)
        kind = {"notation": "TeX"} if source else {}
        _add(parent, "formula", source or readable(element), **kind)


def _attributes(element: "Element") -> dict[str, str]:
    tag, attributes = element.tag, {name: str(value or "") for name, value in element.attrs.items()}
    found: dict[str, str | None] = {}
    if tag in ("ul", "ol", "dl"):
        found["rend"] = {"ul": "bulleted", "ol": "numbered", "dl": "gloss"}[tag]
    if tag in CELLS:
        found["role"] = "label" if tag == "th" else None
        for name, other in (("colspan", "cols"), ("rowspan", "rows")):
            number = attributes.get(name, "")
            found[other] = number if number.isascii() and number.isdecimal() else None
    if "id" in attributes:
        found[_XML + "id"] = attributes["id"]
    if "lang" in attributes:
        found[_XML + "lang"] = language(attributes["lang"])
    if tag == "a":
        found["target"] = address(attributes["href"])
    elif tag == "time":
        found["when"] = moment(attributes.get("datetime", ""))
    elif tag == "li":
        found["n"] = attributes.get("value")
    return {name: value for name, value in found.items() if value}


def _listing(element: "Element", parent: ET.Element) -> None:
    block = ET.SubElement(parent, "ab", {"type": "code", _XML + "space": "preserve"})
    code = element.find("code") or element
    said = code.attrs.get("class")
    language = " ".join(said if isinstance(said, list) else [said or ""]).removeprefix("language-")
    _add(block, "code", str(element.text), **({"lang": language} if language else {}))


def _picture(element: "Element", parent: ET.Element) -> None:
    figure = parent if parent.tag == "figure" else ET.SubElement(parent, "figure")
    ET.SubElement(figure, "graphic", {"url": address(str(element.attrs.get("src") or ""))})
    if alternative := str(element.attrs.get("alt") or ""):
        _add(figure, "figDesc", alternative)
