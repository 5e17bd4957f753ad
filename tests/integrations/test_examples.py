"""The examples of docs/integrations.md run, each with its package."""

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
DOCUMENT = ROOT / "docs" / "integrations.md"
BLOCKS = [
    block
    for block in re.findall(r"^```python\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    if ">>>" in block
]
# The module of an integration's package, where it has another name.
PACKAGES = {"langchain": "langchain_core", "spark": "pyspark"}


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_example(number, monkeypatch):
    name = re.search(r"detector\.integrations\.(\w+)", BLOCKS[number])[1]
    pytest.importorskip(PACKAGES.get(name, name))
    monkeypatch.chdir(ROOT)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    runner = doctest.DocTestRunner(optionflags=flags)
    runner.run(doctest.DocTestParser().get_doctest(BLOCKS[number], {}, name, str(DOCUMENT), 0))
    assert runner.summarize().failed == 0


def test_every_integration_is_in_the_table():
    text = DOCUMENT.read_text("utf-8")
    files = {path.stem for path in (ROOT / "detector" / "integrations").glob("*.py")}
    for name in files - {"__init__", "columns", "arrow", "sklearn_lines"}:
        assert f"detector.integrations.{name}" in text, name


@pytest.mark.parametrize(
    "name", sorted(path.stem for path in (ROOT / "detector" / "integrations").glob("*.py"))
)
def test_an_integration_without_its_package_names_the_extra(name, monkeypatch):
    """Each file is also short: pages are handled in other parts of the package."""
    path = ROOT / "detector" / "integrations" / f"{name}.py"
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 100 or name == "columns"
    if name in ("__init__", "columns", "sklearn_lines"):
        return
    from detector.errors import MissingExtraError

    monkeypatch.setattr("detector.extras.find_spec", lambda library: None)
    with pytest.raises(
        MissingExtraError, match=rf"detector\.integrations\.{name} needs .*boilerplate-detector\["
    ):
        exec(compile(text, str(path), "exec"), {"__name__": f"detector.integrations.{name}"})
