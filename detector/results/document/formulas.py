"""Formulas: pages contain a formula two or three times, and one of them is written."""

import re
from typing import TYPE_CHECKING, Final

from detector.results.document.elements import names

if TYPE_CHECKING:
    from turbohtml import Element, Node

_TEX: Final = ("application/x-tex", "tex", "application/x-latex", "latex", "text/x-latex")
_TEX_SCRIPT: Final = re.compile(r"^math/(?:tex|asciimath)\s*(;\s*mode=display)?\s*$", re.IGNORECASE)
# The visual form of formulas, which libraries print beside the form for machines.
_DRAWN: Final = names(
    "mathjax mathjax_display mathjax_svg mathjax_svg_display mathjax_chtml mjx-chtml mjxc-display"
)
_SECOND_FORMS: Final = _DRAWN | {"katex-html", "mathjax_preview"}
# A display formula.
_DISPLAYS: Final = names("katex-display mathjax_display mathjax_svg_display mjxc-display")
# A picture of the formula beside it.
_PICTURES: Final = frozenset(("mwe-math-fallback-image-inline", "mwe-math-fallback-image-display"))
# Where libraries put the source if they have no annotation.
_SOURCES: Final = ("alttext", "data-latex")
_MATHML: Final = names(
    "math mi mn mo ms mtext mspace mrow mfrac msqrt mroot msub msup msubsup munder mover munderover mtable "
    "mtr mtd mlabeledtr mstyle mpadded mphantom mfenced menclose mmultiscripts mprescripts none semantics "
    "annotation maligngroup malignmark"
)
# The signs before the parts of an element, because a line has no place above or below.
_SIGNS: Final = {
    "mfrac": ("", "/"), "msup": ("", "^"), "msub": ("", "_"), "munder": ("", "_"), "mover": ("", ""),
    "msubsup": ("", "_", "^"), "munderover": ("", "_", "^"),
}  # fmt: skip
# The machine-readable form of a formula.
_MACHINE: Final = "math, script[type^='math/tex' i]"
_ATTRIBUTES: Final = names(
    "mathvariant fence separator stretchy open close separators notation linethickness accent "
    "accentunder columnalign rowspan columnspan"
)


def _classes(element: "Element") -> set[str]:
    value = element.attrs.get("class")
    said = value if isinstance(value, list) else (value or "").split()
    return {name.lower() for name in said}


def is_second_form(element: "Element") -> bool:
    """Return whether an element is the visual form of a formula that also has a form for machines."""
    if element.tag == "img":
        return bool(_classes(element) & _PICTURES) and _has_formula(element.parent)
    if not _classes(element) & _SECOND_FORMS:
        return False
    return _has_formula(element) or _has_formula(element.parent)


def _has_formula(node: "Node | None") -> bool:
    from turbohtml import Element

    return isinstance(node, Element) and node.select_one(_MACHINE) is not None


def script_formula(element: "Element") -> "Element | None":
    """Return the formula whose source is in a script of MathJax, if any."""
    found = _script_of(element)
    if found is None or _is_drawn(element):
        return None
    return tex_formula(element.text.strip(), is_display=bool(found[1]))


def tex_formula(source: str, is_display: bool) -> "Element":
    """Return a formula of which only the TeX source is known, as MathML."""
    from turbohtml import Element, Text

    annotation = Element("annotation", {"encoding": _TEX[0]}, [Text(source)])
    shown = Element("mtext", {}, [Text(source)])
    attributes = {"display": "block"} if is_display else {}
    return Element("math", attributes, [Element("semantics", {}, [shown, annotation])])


def formula(element: "Element") -> "Element | None":
    """Return the formula of an element as MathML, or None if another element has it."""
    if element.tag != "math":
        inner = element.find("math")
        return None if inner is None else formula(inner)
    display = {"display": "block"} if _is_display(element) else {}
    if tex_of(element) is not None:
        return _copy(element, display)
    said = next((found for name in _SOURCES if (found := element.attrs.get(name))), None)
    source = said if isinstance(said, str) else _following_source(element)
    return (
        tex_formula(source.strip(), bool(display)) if source and source.strip() else _copy(element, display)
    )


def _following_source(element: "Element") -> str | None:
    """Return the script that MathJax 2 leaves after the formula that it has drawn, if any."""
    from turbohtml import Element

    for one, _ in zip((element, *element.ancestors), range(5), strict=False):
        if isinstance(one, Element) and _classes(one) & _DRAWN:
            following = one.next_sibling
            if isinstance(following, Element) and _script_of(following):
                return str(following.text)
    return None


def _script_of(element: "Element") -> "re.Match[str] | None":
    kind = element.attrs.get("type")
    return _TEX_SCRIPT.match(kind) if element.tag == "script" and isinstance(kind, str) else None


def _is_drawn(script: "Element") -> bool:
    """Return whether the formula of a script is before it, also as MathML."""
    from turbohtml import Element

    before = script.previous_sibling
    return isinstance(before, Element) and bool(_classes(before)) and before.find("math") is not None


def _is_display(element: "Element") -> bool:
    from turbohtml import Element

    around = [one for one, _ in zip(element.ancestors, range(4), strict=False) if isinstance(one, Element)]
    return (
        element.attrs.get("display") == "block"
        or element.attrs.get("mode") == "display"
        or any(_classes(one) & _DISPLAYS for one in around)
        or any(one.attrs.get("display") == "true" for one in around if one.tag == "mjx-container")
    )


def _copy(element: "Element", attributes: dict[str, str]) -> "Element":
    """Return a formula with only the elements and attributes of MathML."""
    from turbohtml import Element, Text

    root = Element("math", attributes)
    todo = [(element, root)]
    while todo:
        source, target = todo.pop()
        for child in source.children:
            if isinstance(child, Text):
                target.append(Text(child.data))
            elif isinstance(child, Element) and child.tag in _MATHML:
                if child.tag == "annotation" and not _is_tex(child):
                    continue
                wanted = ("encoding",) if child.tag == "annotation" else _ATTRIBUTES
                kept = {name: str(child.attrs[name] or "") for name in wanted if name in child.attrs}
                copy = Element(child.tag, kept)
                target.append(copy)
                todo.append((child, copy))
    return root


def tex_of(element: "Element") -> str | None:
    """Return the TeX source of a formula, if it has one."""
    for annotation in element.find_all("annotation"):
        if _is_tex(annotation):
            return str(annotation.text).strip() or None
    return None


def _is_tex(annotation: "Element") -> bool:
    return str(annotation.attrs.get("encoding") or "").partition(";")[0].strip().lower() in _TEX


def readable(element: "Element") -> str:
    """Return a formula as it is in the lines of a page: `(a+b)/2`, `x_1^2`."""
    from turbohtml import Element, Text

    pieces: list[str] = []
    todo: list[Node | str] = [element]
    while todo:
        node = todo.pop()
        if isinstance(node, str | Text):
            pieces.append(node if isinstance(node, str) else " ".join(node.data.split()))
        elif isinstance(node, Element) and node.tag != "annotation":
            todo += reversed(_signed(node))
    return "".join(pieces)


def _signed(element: "Element") -> "list[Node | str]":
    """Return the parts of a formula's element with the signs between them."""
    from turbohtml import Element

    signs = _SIGNS.get(element.tag)
    if signs is None:
        return list(element.children)
    parts = [child for child in element.children if isinstance(child, Element)]
    found: list[Node | str] = []
    for part, sign in zip(parts, signs, strict=False):
        is_long = element.tag == "mfrac" and len(str(part.text).strip()) > 1 and part.tag == "mrow"
        found += [sign, "(", part, ")"] if is_long else [sign, part]
    return found
