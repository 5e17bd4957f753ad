"""What each line of an HTML page is: a heading, an item, a row, code."""

from typing import Any, Final

from numpy.typing import NDArray

from detector.text.tags import NAMES

_SHOWN: Final = {
    "li",
    "tr",
    "pre",
    "p",
    "blockquote",
    "dt",
    "dd",
    "figcaption",
    "caption",
    "option",
    "button",
    "label",
}
_SAME_AS: Final = {"xmp": "pre", "plaintext": "pre", "textarea": "pre", "td": "tr", "th": "tr"}


def _named(tag: str) -> str | None:
    """Return what an element says about its lines, if anything."""
    known = _SAME_AS.get(tag, tag)
    is_heading = len(known) == 2 and known[0] == "h" and known[1] in "123456"
    return known if known in _SHOWN or is_heading else None


_NAMED: Final = [_named(tag) for tag in NAMES]


def element_names(tag: NDArray[Any], parent: NDArray[Any], line_element: NDArray[Any]) -> list[str | None]:
    """Return what each line is, by the nearest element that says so.

    Parameters
    ----------
    tag : ndarray of int, (E,)
        The tags of the page's elements, parents before children.
    parent : ndarray of int, (E,)
        The parent of each element, or -1.
    line_element : ndarray of int, (L,)
        The innermost element of each line, or -1.

    Returns
    -------
    list of str or None
        "h1" to "h6", "li", "tr", "pre" and so on; "div" for any other block, None outside all elements.
    """
    name: list[str | None] = []
    for number, above in zip(tag.tolist(), parent.tolist(), strict=True):
        name.append(_NAMED[number] or (name[above] if above >= 0 else "div"))
    return [name[element] if element >= 0 else None for element in line_element.tolist()]
