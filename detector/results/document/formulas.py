"""Formulas: pages print one formula two or three times; one of them is written."""

import re
from typing import TYPE_CHECKING, Final

from detector.results.document.elements import names

if TYPE_CHECKING:
    from turbohtml import Element

_TEX: Final = ("application/x-tex", "tex", "application/x-latex", "latex")
_TEX_SCRIPT: Final = re.compile(r"^math/(?:tex|asciimath)\s*(;\s*mode=display)?\s*$", re.IGNORECASE)
# What libraries print for the eye beside what they print for machines.
_SECOND_FORMS: Final = frozenset(
    ("katex-html", "mathjax", "mathjax_preview", "mathjax_display", "mathjax_svg", "mathjax_chtml")
)
_MATHML: Final = names(
    "math mi mn mo ms mtext mspace mrow mfrac msqrt mroot msub msup msubsup munder mover munderover mtable "
    "mtr mtd mlabeledtr mstyle mpadded mphantom mfenced menclose mmultiscripts mprescripts none semantics "
    "annotation maligngroup malignmark"
)
# What machines read of a formula.
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
    """Return whether an element shows a formula to the eye that stands beside it for machines."""
    if not _classes(element) & _SECOND_FORMS:
        return False
    return any(one is not None and one.select_one(_MACHINE) is not None for one in (element, element.parent))


def script_formula(element: "Element") -> "Element | None":
    """Return the formula whose source a script of MathJax holds, if it does."""
    kind = element.attrs.get("type")
    found = _TEX_SCRIPT.match(kind) if element.tag == "script" and isinstance(kind, str) else None
    return None if found is None else tex_formula(element.text.strip(), is_display=bool(found[1]))


def tex_formula(source: str, is_display: bool) -> "Element":
    """Return a formula that only its source in TeX is known of, as MathML."""
    from turbohtml import Element, Text

    annotation = Element("annotation", {"encoding": _TEX[0]}, [Text(source)])
    shown = Element("mtext", {}, [Text(source)])
    attributes = {"display": "block"} if is_display else {}
    return Element("math", attributes, [Element("semantics", {}, [shown, annotation])])


def formula(element: "Element") -> "Element | None":
    """Return the formula of an element as MathML, or None where another element has it."""
    if element.tag != "math":
        inner = element.find("math")
        return None if inner is None else formula(inner)
    display = {"display": "block"} if _is_display(element) else {}
    said = element.attrs.get("alttext")
    if isinstance(said, str) and said.strip() and tex_of(element) is None:
        return tex_formula(said.strip(), bool(display))
    return _copy(element, display)


def _is_display(element: "Element") -> bool:
    from turbohtml import Element

    around = [one for one, _ in zip(element.ancestors, range(4), strict=False) if isinstance(one, Element)]
    return (
        element.attrs.get("display") == "block"
        or element.attrs.get("mode") == "display"
        or any(_classes(one) & {"katex-display", "mathjax_display"} for one in around)
        or any(one.attrs.get("display") == "true" for one in around if one.tag == "mjx-container")
    )


def _copy(element: "Element", attributes: dict[str, str]) -> "Element":
    """Return a formula with the elements and attributes of MathML only."""
    from turbohtml import Element, Text

    root = Element("math", attributes)
    todo = [(element, root)]
    while todo:
        source, target = todo.pop()
        for child in source.children:
            if isinstance(child, Text):
                target.append(Text(child.data))
            elif isinstance(child, Element) and child.tag in _MATHML:
                if child.tag == "annotation" and child.attrs.get("encoding") not in _TEX:
                    continue
                wanted = ("encoding",) if child.tag == "annotation" else _ATTRIBUTES
                kept = {name: str(child.attrs[name] or "") for name in wanted if name in child.attrs}
                copy = Element(child.tag, kept)
                target.append(copy)
                todo.append((child, copy))
    return root


def tex_of(element: "Element") -> str | None:
    """Return the source in TeX of a formula, if it has it."""
    for annotation in element.find_all("annotation"):
        if annotation.attrs.get("encoding") in _TEX:
            return str(annotation.text).strip() or None
    return None
