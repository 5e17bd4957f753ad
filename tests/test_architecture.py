"""The house rules: one direction of imports, size limits, names, and what start-up loads."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import detector

PACKAGE = Path(detector.__file__).parent
DOCS = Path(__file__).parent.parent / "docs"
FILES = sorted(PACKAGE.rglob("*.py"))

# In the order of imports: a part may import from itself and from later parts.
# `kernels` holds C++ and the scripts that build it.
LAYERS = (
    ("__main__", "kernels"),
    ("cli",),
    ("integrations",),
    ("web",),
    ("training",),
    ("spark",),
    ("corpus",),
    ("engines",),
    ("api",),
    ("detector",),
    ("results",),
    ("clean_text",),
    ("joined_lines",),
    ("decisions",),
    ("decisions_by_kind",),
    ("copies", "whole_blocks"),
    ("model",),
    ("features",),
    ("sites",),
    ("near_duplicates",),
    ("text",),
    ("settings",),
    ("presets",),
    ("duplicate_settings", "run_settings"),
    ("native",),
    ("records",),
    ("files",),
    ("errors", "extras", "progress", "safe_path", "version"),
)
LEVEL = {part: level for level, parts in enumerate(LAYERS) for part in parts}
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "core", "manager"}
MOST_LINES, MOST_FUNCTION_LINES = 300, 50


def part_of(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def code_lines(node, source):
    """Lines of a function that are neither docstring, comment nor blank."""
    first, last = node.lineno, node.end_lineno
    docstring = ast.get_docstring(node, clean=False)
    skipped = set()
    if docstring is not None:
        skipped = set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    lines = source.splitlines()
    return sum(
        1
        for number in range(first, last + 1)
        if number not in skipped
        and lines[number - 1].strip()
        and not lines[number - 1].strip().startswith("#")
    )


def imported(path, source):
    """Yield the modules of this package that a file imports in any way, as dotted names."""
    package = ("detector", *path.relative_to(PACKAGE).parent.parts)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *(node.module or "").split(".")) if node.module else base)
            for alias in node.names:
                public = detector._HOME.get(alias.name) if module == "detector" else None
                yield public or f"{module}.{alias.name}"
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("import_module", "__import__"):
                yield str(node.args[0].value)


def upward(path, source):
    """Return the imports of a file that run upwards."""
    level = LEVEL[part_of(path)]
    names = [name.split(".") for name in imported(path, source) if name.startswith("detector.")]
    return [".".join(name) for name in names if LEVEL.get(name[1], level) < level]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path):
    if path.name != "__init__.py" or path.parent != PACKAGE:
        assert upward(path, path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "from detector import Detector",
        "from detector import detector",
        "import detector.corpus.run",
        "from detector.cli import main",
        "from ..corpus import run",
        "from .. import results",
        "def late():\n    from ..cli.main import group",
        "from importlib import import_module\nimport_module('detector.training.api')",
        "__import__('detector.detector')",
    ],
)
def test_an_import_that_runs_upwards_is_found(source):
    assert upward(PACKAGE / "text" / "words.py", source)


@pytest.mark.parametrize(
    "source", ["from detector import native", "from . import keys", "from ..records import Words"]
)
def test_an_import_that_runs_downwards_passes(source):
    assert upward(PACKAGE / "text" / "words.py", source) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_budgets(path):
    source = path.read_text("utf-8")
    assert path.stem not in BANNED_NAMES
    assert len(source.splitlines()) <= MOST_LINES, "file too long"
    is_command = part_of(path) == "cli"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            assert code_lines(node, source) <= MOST_FUNCTION_LINES, f"{node.name} is too long"
        if isinstance(node, ast.Global):
            raise AssertionError("a global statement")
        if isinstance(node, ast.ExceptHandler) and not is_command:
            broad = node.type is None or (isinstance(node.type, ast.Name) and node.type.id == "Exception")
            assert not broad, "a broad except"


@pytest.mark.parametrize(
    "path",
    sorted(path for path in (PACKAGE / "kernels").rglob("*") if path.suffix in (".cpp", ".h")),
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_budgets_of_kernels(path):
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= MOST_LINES, "file too long"
    assert max(map(len, lines)) <= 120, "line too long"


def loaded_by(code):
    """The modules that a fresh interpreter has loaded after running some code."""
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(found.stdout.splitlines())


HEAVY = {"sklearn", "scipy", "datasketch", "pyarrow", "numpy", "starlette", "uvicorn", "jinja2", "pandas"}
# Needed by some commands only, and never to score a page.
NOT_FOR_A_PAGE = {"sklearn", "scipy.sparse", "scipy.linalg", "datasketch", "pyarrow", "joblib"} | {
    "backports.zstd", "compression.zstd", "filelock", "fsspec", "msgspec", "psutil", "regex", "tenacity", "tqdm",
}  # fmt: skip


def test_importing_the_package_loads_nothing_heavy():
    assert not loaded_by("import detector") & (HEAVY | NOT_FOR_A_PAGE)


def test_help_loads_nothing_heavy():
    code = (
        "from click.testing import CliRunner\nfrom detector.cli.main import group\n"
        "assert CliRunner().invoke(group, ['--help']).exit_code == 0"
    )
    assert not loaded_by(code) & (HEAVY | NOT_FOR_A_PAGE)


def test_scoring_loads_no_training_package():
    found = loaded_by("import detector\ndetector.clean('a page')")
    assert not found & NOT_FOR_A_PAGE


@pytest.mark.parametrize("command", ["score", "clean"])
def test_the_commands_for_a_page_load_little(tmp_path, command):
    page = tmp_path / "page.txt"
    page.write_text("a page")
    found = loaded_by(f"from detector.cli.main import run\nassert run([{command!r}, {str(page)!r}]) == 0")
    assert not found & NOT_FOR_A_PAGE


def test_exported_names_are_all_there_is():
    assert list(detector.__all__) == sorted(detector.__all__)
    for name in detector.__all__:
        assert getattr(detector, name) is not None
    assert set(detector._HOME) == set(detector.__all__)
    with pytest.raises(AttributeError):
        detector.nothing  # noqa: B018


def test_the_documented_order_is_that_of_the_parts():
    text = (DOCS / "architecture.md").read_text("utf-8")
    chain = re.search(r"^(> cli →.*?)\n\n", text, re.DOTALL | re.MULTILINE)[1]
    documented = [step.split(", ") for step in " ".join(chain.replace(">", " ").split()).split(" → ")]
    levels = [{LEVEL[part] for part in step} for step in documented]
    assert all(len(level) == 1 for level in levels)
    assert levels == sorted(levels, key=min)
    there = {part_of(path) for path in FILES} - {"__init__", "__main__", "kernels", "extras", "version"}
    assert there <= {part for step in documented for part in step}


def test_the_documented_rooms_are_there():
    text = (DOCS / "architecture.md").read_text("utf-8")
    table = text.split("| part | what is in it |", 1)[1].split("\n\n", 1)[0]
    named = [name for row in table.splitlines()[2:] for name in re.findall(r"`([^`]+)`", row.split("|")[1])]
    # Parts may be documented before they are merged.
    absent = {name for name in named if not (PACKAGE / name).exists()} - {"integrations/"}
    assert absent == set()
    top = {name.split("/")[0].removesuffix(".py") for name in named}
    assert {part_of(path) for path in FILES} - {"__init__", "__main__", "extras", "version"} <= top


def test_the_documented_limits_are_those_of_the_tests():
    text = (DOCS / "architecture.md").read_text("utf-8")
    assert f"{MOST_LINES} lines per file, {MOST_FUNCTION_LINES} per function" in text
    contributing = (DOCS.parent / "CONTRIBUTING.md").read_text("utf-8")
    assert f"at most {MOST_LINES} lines and functions {MOST_FUNCTION_LINES}" in " ".join(contributing.split())


def test_every_public_name_is_in_the_reference():
    documented = re.findall(
        r"^::: detector\.(\w+)$", (DOCS / "reference.md").read_text("utf-8"), re.MULTILINE
    )
    assert "errors" in documented
    assert set(detector.__all__) - {"DetectorError"} == set(documented) - {"errors"}
