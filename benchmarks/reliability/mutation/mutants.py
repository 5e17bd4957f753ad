"""Small changes to the code of a file, one at a time: operators, conditions, numbers, statements."""

import ast
import copy
from collections.abc import Iterator
from typing import Final, NamedTuple

COMPARED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
COMPUTED: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.LShift: ast.RShift, ast.Mod: ast.Mult,
}  # fmt: skip


class Mutant(NamedTuple):
    """A change. line: its line number; what: the line before and after; source: the whole changed file."""

    line: int
    what: str
    source: str


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the possible replacements of a node."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARED:
        found = copy.deepcopy(node)
        found.ops[0] = COMPARED[type(node.ops[0])]()
        yield found
    elif isinstance(node, ast.BoolOp):
        found_op: ast.boolop = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield ast.BoolOp(found_op, node.values)
    elif isinstance(node, ast.BinOp) and type(node.op) in COMPUTED:
        yield ast.BinOp(node.left, COMPUTED[type(node.op)](), node.right)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        found_if = copy.deepcopy(node)
        found_if.test = ast.UnaryOp(ast.Not(), node.test)
        yield found_if
    elif isinstance(node, ast.Return) and node.value and not _is_nothing(node.value):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Raise | ast.AugAssign) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        yield ast.Pass()


def _is_nothing(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _is_fixed(node: ast.AST) -> bool:
    """Tell whether a node is only for people or type checkers."""
    return isinstance(node, ast.JoinedStr | ast.AnnAssign) and not (
        isinstance(node, ast.AnnAssign) and node.value is not None
    )


def _places(tree: ast.Module) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Yield the positions of nodes: parent, field, and index, without messages and annotations."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list"):
                continue
            for at, child in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(child, ast.AST) and not _is_fixed(child):
                    waiting.append(child)
                    yield node, name, at if isinstance(value, list) else None


def mutants_of(source: str) -> list[Mutant]:
    """Return all changes of a file, in the order of its lines."""
    tree, found = ast.parse(source), list[Mutant]()
    for parent, name, at in _places(tree):
        held = getattr(parent, name)
        node = held if at is None else held[at]
        for changed in _changes(node):
            changed = ast.copy_location(changed, node)
            _put(parent, name, at, changed)
            before, after = ast.unparse(node).split("\n")[0], ast.unparse(changed).split("\n")[0]
            text = ast.unparse(ast.fix_missing_locations(tree))
            found.append(Mutant(node.lineno, f"{before[:80]} → {after[:80]}", text))
            _put(parent, name, at, node)
    return sorted(found, key=lambda mutant: mutant.line)


def _put(parent: ast.AST, name: str, at: int | None, node: ast.AST) -> None:
    if at is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[at] = node
