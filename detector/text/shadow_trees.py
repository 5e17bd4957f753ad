"""Declarative shadow trees: the content of a slot is put in its place, as in a browser.

    <x-a><template shadowrootmode="open"><h2><slot name="t"></slot></h2></template><b slot="t">Mill</b></x-a>
    <x-a><h2><b slot="t">Mill</b></h2></x-a>

Few pages have shadow trees, and only these are parsed a second time.
"""

from typing import TYPE_CHECKING, Final

from detector.text.formatting import parsable

if TYPE_CHECKING:
    from turbohtml import Element, Node

_MARK: Final = "shadowrootmode"


class _Tree:
    """A shadow tree: its host element, its template, and its slots by name."""

    def __init__(self, host: "Element", template: "Element") -> None:
        self.host = host
        self.template = template
        self.slots: dict[str, Element] = {}
        self.other_slots: list[Element] = []

    def add(self, slot: "Element") -> None:
        """Add a slot. Of several slots with the same name, the first counts."""
        name = _text(slot, "name")
        if name in self.slots:
            self.other_slots.append(slot)
        else:
            self.slots[name] = slot

    def put_together(self) -> None:
        """Replace the template by its tree, and the slots by the children of the host.

        Children without a slot are hidden in browsers. They come last, because hidden text is kept.
        """
        from turbohtml import Element

        given: dict[str, list[Node]] = {}
        for child in self.host.children:
            if child is not self.template:
                name = _text(child, "slot") if isinstance(child, Element) else ""
                given.setdefault(name, []).append(child)
        for name, slot in self.slots.items():
            if found := _shown(given.get(name, [])):
                for fallback in slot.children:
                    fallback.extract()
                slot.insert_before(*found)
            slot.unwrap()
        for slot in self.other_slots:
            slot.unwrap()
        for part in self.template.children:
            for child in part.children:
                self.template.insert_before(child)
        self.template.extract()


def _shown(nodes: "list[Node]") -> "list[Node]":
    """Return nodes, if one of them replaces the default content of a slot."""
    from turbohtml import Element, Text

    is_any = any(
        isinstance(node, Element) or (isinstance(node, Text) and node.data.strip()) for node in nodes
    )
    return nodes if is_any else []


def _text(element: "Element", name: str) -> str:
    said = element.attrs.get(name)
    return said.strip() if isinstance(said, str) else ""


def with_shadow_trees(page: bytes) -> bytes:
    """Return a page, as UTF-8, with its shadow trees where a browser shows them. Linear in its size."""
    if _MARK.encode() not in page.lower():
        return page
    from turbohtml import Formatter, Html, parse

    source = parsable(page).decode("utf-8", "replace")
    document = parse(source, positions=False, allow_declarative_shadow_roots=False)
    root = document.root
    if root is None:
        return page
    for tree in reversed(_trees(root)):  # innermost first
        tree.put_together()
    return document.encode("utf-8", Html(formatter=Formatter.MINIMAL))


def _trees(root: "Element") -> list[_Tree]:
    """Return the shadow trees of a page, outer ones before inner ones."""
    from turbohtml import DocumentFragment, Element

    found: list[_Tree] = []
    todo: list[tuple[Node, _Tree | None]] = [(root, None)]
    hosts: set[Element] = set()
    while todo:
        node, tree = todo.pop()
        if isinstance(node, Element):
            if node.tag == "template":
                host = node.parent
                if _MARK not in node.attrs or not isinstance(host, Element) or host in hosts:
                    continue
                hosts.add(host)
                tree = _Tree(host, node)
                found.append(tree)
            elif node.tag == "slot" and tree is not None:
                tree.add(node)
        elif not isinstance(node, DocumentFragment):
            continue
        todo += [(child, tree) for child in reversed(node.children)]
    return found
