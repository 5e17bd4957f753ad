"""Footnotes: a mark in the text that links to a note, and a note that links back."""

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from turbohtml import Element

# The form of a mark: a number, a letter or an asterisk, with or without brackets.
_SIGN: Final = re.compile(r"^[\[(]?\s*(\d{1,4}|[a-z]{1,3}|[*†‡§]{1,3})\s*[\])]?$", re.IGNORECASE)
_STARS: Final = {"*": "star", "†": "dagger", "‡": "double-dagger", "§": "section"}
_NOTES: Final = frozenset(("li", "p", "dd", "aside", "div", "td"))
# Arrows at the end of a note that linked back.
_BACK: Final = "↩↑⤴⏎\ufe0e\ufe0f "
# A note may begin with its mark.
_LEADING: Final = re.compile(r"^\s*[\[(]?(?:\d{1,4}|[*†‡§]{1,3})[\]).]?\s+")


def take_footnotes(tree: "Element") -> "list[tuple[str, Element]]":
    """Remove the notes from a tree, and put their labels at the marks.

    Returns
    -------
    list of tuple of str and Element
        The label and the content of each note, in the order of the marks.
    """
    targets = {str(one.attrs["id"]): one for one in tree.select("[id]")}
    labels: dict[Element, str] = {}
    used: dict[str, int] = {}
    for link in tree.select("a[href^='#']"):
        target = _note_of(targets.get(str(link.attrs["href"])[1:]))
        sign = _SIGN.match(str(link.text).strip())
        if target is None or sign is None or _is_inside(link, target) or not _is_sign(link, target):
            continue
        if target not in labels:
            labels[target] = _free(_label(sign[1]), used)
        _put_mark(link, labels[target])
    return [(label, _content(note)) for note, label in labels.items()]


def _label(sign: str) -> str:
    return "".join(_STARS.get(character, character) for character in sign)


def _free(label: str, used: dict[str, int]) -> str:
    """Return a label that no other note has. `used`: all labels, with how often each was asked for."""
    found = label
    while found in used:
        used[label] += 1
        found = f"{label}-{used[label]}"
    used[found] = 1
    return found


def _note_of(target: "Element | None") -> "Element | None":
    """Return the block with the note."""
    from turbohtml import Element

    while target is not None and target.tag not in _NOTES:
        target = target.parent if isinstance(target.parent, Element) else None
    return target


def _is_inside(link: "Element", target: "Element") -> bool:
    return any(one == target for one in link.ancestors)


def _is_sign(link: "Element", target: "Element") -> bool:
    """Return whether a link is raised, or its note begins with it or links back to it."""
    from turbohtml import Element

    near = [
        link,
        *(one for one, _ in zip(link.ancestors, range(2), strict=False) if isinstance(one, Element)),
    ]
    if any(one.tag == "sup" for one in near) or link.find("sup") is not None:
        return True
    words = str(target.text).split(maxsplit=1)
    if words and words[0].strip("[]().") == str(link.text).strip().strip("[]()"):
        return True
    names = {str(one.attrs["id"]) for one in near if "id" in one.attrs}
    return any(str(back.attrs["href"])[1:] in names for back in target.select("a[href^='#']"))


def _put_mark(link: "Element", label: str) -> None:
    from turbohtml import Element, Text

    mark = Element("footnote-mark", {}, [Text(label)])
    parent = link.parent
    whole = parent if isinstance(parent, Element) and parent.tag == "sup" else None
    alone = whole is not None and str(whole.text).strip() == str(link.text).strip()
    (whole if whole is not None and alone else link).replace_with(mark)


def _content(note: "Element") -> "Element":
    """Remove a note from the tree, without the links that lead back."""
    from turbohtml import Element, Text

    for back in note.select("a[href^='#']"):
        if not any(character.isalpha() for character in str(back.text)) or len(str(back.text).strip()) < 2:
            sup = back.parent
            is_sup = isinstance(sup, Element) and sup.tag == "sup" and str(sup.text) == str(back.text)
            (sup if is_sup and isinstance(sup, Element) else back).extract()
    parent, content = note.parent, Element("div", {}, list(note.children))
    note.extract()
    while isinstance(parent, Element) and parent.tag in ("ol", "ul", "dl", "div") and not parent.children:
        empty = parent
        parent = empty.parent
        empty.extract()
    first = next((one for one in content.descendants if isinstance(one, Text) and one.data.strip()), None)
    if first is not None:
        first.data = _LEADING.sub("", first.data).lstrip()
    texts = [one for one in content.descendants if isinstance(one, Text) and one.data.strip()]
    if texts:
        texts[-1].data = texts[-1].data.rstrip(_BACK)
    return content
