"""Numbers of ordered lists: an item keeps its number when others are dropped."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from turbohtml import Element


def number_items(block: "Element") -> None:
    """Take the empty items of a list away, and give the others the numbers that they had."""
    from turbohtml import Element

    items = [child for child in block.children if isinstance(child, Element) and child.tag == "li"]
    step = -1 if "reversed" in block.attrs else 1
    first = block.attrs.get("start")
    number = int(str(first)) if first is not None else (len(items) if step < 0 else 1)
    expected: int | None = None
    for item in items:
        said = item.attrs.pop("value", None)
        number = int(str(said)) if said is not None else number
        if not item.children:
            item.extract()
        else:
            if expected is None:
                block.attrs.pop("start", None)
                if number != 1 or step < 0:
                    block.attrs["start"] = str(number)
            elif number != expected:
                item.attrs["value"] = str(number)
            expected = number + step
        number += step
    if not block.children:
        block.extract()


def without_leaps(block: "Element") -> None:
    """Part an ordered list where its numbers leap: Markdown has a number for the first item only."""
    from turbohtml import Element, Text

    items = [child for child in block.children if isinstance(child, Element) and child.tag == "li"]
    if "reversed" in block.attrs:  # Markdown counts upwards only
        number = int(str(block.attrs.pop("start", len(items))))
        del block.attrs["reversed"]
        block.tag = "ul"
        for item in items:
            number = int(str(item.attrs.pop("value", number)))
            item.insert(0, Text(f"{number}. "))
            item.normalize()
            number -= 1
        return
    now = block
    for item in items:
        value = item.attrs.pop("value", None)
        if value is not None:
            following = Element("ol", {"start": str(value)})
            now.insert_after(following)
            now = following
        if now is not block:
            now.append(item)
