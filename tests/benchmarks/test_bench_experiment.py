"""Experiments: configurations from files, cached pages, and comparisons that allow for chance."""

import json

import pytest
from click.testing import CliRunner

from benchmarks.errors import BenchmarkError
from benchmarks.train import experiment
from detector.errors import SettingsError
from detector.training.fit.configuration import Configuration, read_configuration


def made_up(f1, sites=12, seeds=1):
    """Return an experiment in which each page has the words F1 that `f1` returns for its site and seed."""
    return {
        "seeds": {
            str(seed): {
                "html": {
                    f"news/{site}": [
                        f"site{site}",
                        "news",
                        {name: [f1(site, seed), 1.0] for name in experiment.FIGURES},
                    ]
                    for site in range(sites)
                }
            }
            for seed in range(seeds)
        }
    }


def verdicts(one, two):
    return {change.name: change.verdict for change in experiment.changes(one, two)}


def test_a_gain_on_every_site_is_better_and_a_loss_worse():
    base = made_up(lambda site, seed: 0.8 + site / 100, seeds=2)
    more = made_up(lambda site, seed: 0.82 + site / 100, seeds=2)
    assert verdicts(base, more)["html news words_f1"] == "better"
    assert verdicts(base, more)["html all log_loss"] == "worse"
    assert verdicts(more, base)["html news words_f1"] == "worse"


def test_one_seed_is_no_verdict():
    base, more = made_up(lambda site, seed: 0.8), made_up(lambda site, seed: 0.82)
    assert set(verdicts(base, more).values()) == {"one seed"}


def test_a_gain_on_one_site_is_chance():
    base = made_up(lambda site, seed: 0.8)
    one = made_up(lambda site, seed: 0.8 + 0.1 * (site == 3))
    assert set(verdicts(base, one).values()) == {"chance"}


def test_a_gain_smaller_than_the_seeds_are_apart_is_chance():
    base = made_up(lambda site, seed: 0.8 + 0.02 * seed, seeds=3)
    more = made_up(lambda site, seed: 0.81 + 0.02 * seed, seeds=3)
    assert verdicts(base, more)["html news words_f1"] == "chance"


def test_experiments_on_other_pages_are_refused():
    one, two = made_up(lambda site, seed: 0.8, 3), made_up(lambda site, seed: 0.8, 3)
    two["seeds"]["0"]["html"] = {f"other/{name}": row for name, row in two["seeds"]["0"]["html"].items()}
    with pytest.raises(BenchmarkError, match="no page in common"):
        list(experiment.changes(one, two))


def test_a_configuration_is_a_file_of_changes(tmp_path):
    path = tmp_path / "wide.toml"
    path.write_text(
        "[text.first]\nhidden = 48\nphases = [[1e-3, 2]]\n[linear]\nphrases = 0.5\n[weights]\ncomposed = 0\n"
    )
    found = read_configuration(path)
    assert (found.text.first.hidden, found.text.first.phases) == (48, ((1e-3, 2),))
    assert found.text.first.page_share == Configuration().text.first.page_share
    assert (found.linear.phrases, found.linear.markup, found.weights) == (0.5, 1.0, {"composed": 0})
    assert found.html == Configuration().html
    path.write_text("[text.first]\nhiden = 48\n")
    with pytest.raises(SettingsError, match=r"text, first: there is no 'hiden'"):
        read_configuration(path)
    path.write_text('[text.first]\nhidden = "many"\n')
    with pytest.raises(SettingsError, match="whole number"):
        read_configuration(path)


def page(number):
    story = [f"Story {number} says that the ferry number {number * 7 % 13} came home late." for _ in range(3)]
    lines = ["Home", "Log in", *story, "All rights reserved"]
    labels = ["template"] * 2 + ["content"] * 3 + ["template"]
    format = "text" if number % 2 else "html"
    text = "\n".join(lines) if number % 2 else "".join(f"<p>{line}</p>" for line in lines)
    return {
        "id": str(number), "set": "tiny", "group": f"site{number % 6}", "fold": number % 5, "format": format,
        "page": text, "labels": labels,
    }  # fmt: skip


def test_an_experiment_is_run_kept_and_compared(tmp_path, monkeypatch):
    monkeypatch.setenv("DETECTOR_BENCH_CACHE", str(tmp_path / "cache"))
    pages, quick = tmp_path / "pages.jsonl", tmp_path / "quick.toml"
    pages.write_text("".join(json.dumps(page(number)) + "\n" for number in range(40)))
    plan = "networks = 1\nhidden = 2\nphases = [[1e-2, 1]]\n"
    parts = ("text.first", "text.second", "html.first", "html.second", "site")
    quick.write_text("".join(f"[{part}]\n{plan}" for part in parts))

    def run(name, *more):
        arguments = [str(pages), str(tmp_path / name), "--configuration", str(quick), "--seeds", "1", *more]
        return CliRunner().invoke(experiment.command, arguments, catch_exceptions=False)

    first = run("base.json")
    assert first.exit_code == 0
    assert "html tiny words_f1" in first.output
    assert len(list((tmp_path / "cache").glob("gathered-*.pickle"))) == 1
    second = run("again.json", "--against", str(tmp_path / "base.json"))
    assert "read before" in second.output
    assert second.output.count("+0.0000 (+0.0000 to +0.0000)") == second.output.count("chance") > 8
