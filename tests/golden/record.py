"""Record which lines of the golden pages the default model gets wrong.

    python -m tests.golden.record [--allow-regression]

Without the option, the list may only get shorter.
"""

import json
import sys
from pathlib import Path

from detector import Detector

HERE = Path(__file__).parent
PAGES = HERE / "pages"
KNOWN_FAILURES = HERE / "known_failures.json"


def read_case(name):
    """One golden page."""
    return json.loads((PAGES / f"{name}.json").read_text("utf-8"))


def failures_of(detector, case):
    """The lines of a golden page that come out wrong: the expected label, line number and text."""
    page = detector.score("\n".join(case["input"]), format=case["format"])
    lines = [line for line in page.lines if line.label != "blank"]
    assert [line.text for line in lines] == [wanted[1] for wanted in case["lines"]]
    failures = []
    for number, (line, wanted) in enumerate(zip(lines, case["lines"], strict=True)):
        right = {
            "keep": line.kept and not line.cuts,
            "drop": not line.kept,
            "repeat": not line.kept,
            "cut": line.kept and line.clean == wanted[-1],
            "any": True,
        }[wanted[0]]
        if not right:
            failures.append([wanted[0], number, line.text[:60]])
    return failures


def main(allow_regression):
    """Write the list; refuse one that is longer than the previous one."""
    detector = Detector()
    names = sorted(path.stem for path in PAGES.glob("*.json"))
    found = {name: failures for name in names if (failures := failures_of(detector, read_case(name)))}
    total = sum(len(failures) for failures in found.values())
    lines = sum(len(read_case(name)["lines"]) for name in names)
    before = json.loads(KNOWN_FAILURES.read_text("utf-8"))["wrong"] if KNOWN_FAILURES.exists() else lines
    print(f"{total} of {lines} lines wrong on {len(found)} of {len(names)} pages; before {before}")
    if total > before and not allow_regression:
        return 1
    record = {"wrong": total, "of": lines, "model_id": detector.model.model_id, "lines": found}
    KNOWN_FAILURES.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main("--allow-regression" in sys.argv))
