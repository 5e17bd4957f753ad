"""Mutants listed as equivalent still exist in the code."""

import pytest

from benchmarks.files import ROOT
from benchmarks.reliability.mutation.equivalent import EQUIVALENT, reason_of
from benchmarks.reliability.mutation.mutants import mutants_of


@pytest.mark.parametrize("place", EQUIVALENT, ids=lambda place: f"{place.file}: {place.what[:30]}")
def test_each_is_a_change_of_a_line_that_exists(place):
    source = (ROOT / place.file).read_text("utf-8")
    lines = source.splitlines()
    found = [
        mutant
        for mutant in mutants_of(source)
        if (lines[mutant.line - 1].strip(), mutant.what) == (place.line, place.what)
    ]
    assert found
    assert reason_of(place.file, source, found[0].line, place.what) == EQUIVALENT[place]
    assert reason_of(place.file, source, found[0].line, "another") == ""
