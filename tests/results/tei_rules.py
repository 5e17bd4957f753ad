"""Rules of TEI P5 for the elements that we write: where they may occur, and the values of their attributes.

They are written by hand from the guidelines (https://tei-c.org/release/doc/tei-p5-doc/en/html/) and are
stricter: what the guidelines allow but we do not use is refused.
"""

import re
from xml.etree import ElementTree as ET

from detector.results.writers.tei import NAMESPACE

TEI = f"{{{NAMESPACE}}}"
XML = "{http://www.w3.org/XML/1998/namespace}"

PHRASES = {
    "hi", "ref", "code", "term", "abbr", "time", "seg", "q", "del", "add", "formula", "lb", "figure", "milestone",
}  # fmt: skip
BLOCKS = {"p", "ab", "list", "quote", "table", "figure", "milestone"}
# What each element may contain, and whether it may contain text.
CONTENT = {
    "TEI": ({"teiHeader", "text"}, False),
    "teiHeader": ({"fileDesc", "encodingDesc", "profileDesc"}, False),
    "fileDesc": ({"titleStmt", "publicationStmt", "sourceDesc"}, False),
    "titleStmt": ({"title", "author"}, False),
    "publicationStmt": ({"publisher", "date", "p"}, False),
    "sourceDesc": ({"bibl", "p"}, False),
    "bibl": ({"ptr"}, False),
    "encodingDesc": ({"appInfo"}, False),
    "appInfo": ({"application"}, False),
    "application": ({"label"}, False),
    "profileDesc": ({"langUsage"}, False),
    "langUsage": ({"language"}, False),
    "text": ({"body"}, False),
    "body": (BLOCKS | {"div"}, False),
    "div": (BLOCKS | {"div", "head"}, False),
    "list": ({"head", "item", "label"}, False),
    "table": ({"head", "row"}, False),
    "row": ({"cell"}, False),
    "figure": (BLOCKS | {"head", "graphic", "figDesc"}, False),
    **dict.fromkeys(("item", "quote", "cell", "q"), (PHRASES | BLOCKS, True)),
    **dict.fromkeys(("p", "ab", "head", "hi", "ref", "seg", "del", "add"), (PHRASES, True)),
    **dict.fromkeys(("label", "term", "abbr", "time"), (PHRASES, True)),
    **dict.fromkeys(("code", "formula", "figDesc", "title", "author", "publisher", "date", "language"), (set(), True)),
    **dict.fromkeys(("lb", "milestone", "graphic", "ptr"), (set(), False)),
}  # fmt: skip
# The order of child elements, as a pattern of their names.
ORDER = {
    "TEI": r"teiHeader text",
    "teiHeader": r"fileDesc encodingDesc( profileDesc)?",
    "fileDesc": r"titleStmt publicationStmt sourceDesc",
    "titleStmt": r"title( author)*",
    "publicationStmt": r"publisher( date)?|p",
    "sourceDesc": r"bibl|p",
    "text": r"body",
    "body": r"(?!div\b|head\b)\w+( (?!div\b|head\b)\w+)*( div)*|div( div)*",
    "div": r"head( (?!div\b|head\b)\w+)*( div)*",
    "list": r"(head )?(item( item)*|label item( label item)*)",
    "table": r"(head )*row( row)*",
    "row": r"cell( cell)*",
}
NAME = r"(?![-.\d])[\w.\u0080-\U0010ffff-]+"
ADDRESS = r"[^\s<>\"{}|\\^`]+"
WHEN = r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?)?)?)?"
TAG = r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*"
ATTRIBUTES = {
    **{name: {XML + "id": NAME, XML + "lang": TAG} for name in CONTENT},
}
ATTRIBUTES["div"] |= {"type": "section"}
ATTRIBUTES["ab"] |= {"type": "code", XML + "space": "preserve"}
ATTRIBUTES["list"] |= {"rend": "bulleted|numbered|gloss"}
ATTRIBUTES["item"] |= {"n": r"-?\d+|[A-Za-z]+"}
ATTRIBUTES["cell"] |= {"role": "label", "cols": r"\d+", "rows": r"\d+"}
ATTRIBUTES["ref"] |= {"target": ADDRESS}
ATTRIBUTES["ptr"] |= {"target": ADDRESS}
ATTRIBUTES["graphic"] |= {"url": ADDRESS}
ATTRIBUTES["milestone"] |= {"unit": "section"}
ATTRIBUTES["formula"] |= {"notation": "TeX"}
ATTRIBUTES["code"] |= {"lang": r"\S+"}
ATTRIBUTES["time"] |= {"when": WHEN}
ATTRIBUTES["date"] |= {"when": WHEN}
ATTRIBUTES["language"] |= {"ident": TAG}
ATTRIBUTES["application"] |= {"ident": NAME, "version": r"\d+[a-z]*\d*(\.\d+[a-z]*\d*|\.[a-z]+\d+)*"}
for shown in ("hi", "seg", "p"):
    ATTRIBUTES[shown] |= {"rend": r"[a-z-]+"}


def broken_rules(written):
    """Return what is wrong with a TEI document, as sentences. Raises if it is not well-formed."""
    root = ET.fromstring(written)
    found = [] if root.tag == TEI + "TEI" else [f"the root is {root.tag}"]
    names = [element.attrib[XML + "id"] for element in root.iter() if XML + "id" in element.attrib]
    if len(names) > len(set(names)):
        found.append("a name stands twice")
    for element in root.iter():
        found += [f"{element.tag.removeprefix(TEI)}: {wrong}" for wrong in _wrong(element, set(names))]
    return found


def _wrong(element, names):
    name = element.tag.removeprefix(TEI)
    if name not in CONTENT:
        yield "no such element"
        return
    allowed, words = CONTENT[name]
    children = [child.tag.removeprefix(TEI) for child in element]
    yield from (f"holds {child}" for child in sorted(set(children) - allowed))
    texts = [element.text, *(child.tail for child in element)]
    if not words and any(text and text.strip() for text in texts):
        yield "holds words"
    if not re.fullmatch(ORDER.get(name, ".*"), " ".join(children)):
        yield f"holds in this order: {' '.join(children)}"
    for attribute, value in element.attrib.items():
        if attribute not in ATTRIBUTES[name]:
            yield f"has an attribute {attribute}"
        elif not re.fullmatch(ATTRIBUTES[name][attribute], value):
            yield f"has {attribute}={value!r}"
    target = element.attrib.get("target", "")
    if target.startswith("#") and target[1:] not in names:
        yield f"leads to {target}, which is not there"
