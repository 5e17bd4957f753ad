"""`detector profile` and `--site`, as a user calls them."""

import json

import pytest

from detector.cli.main import run

MENU = "Home\nBoats for hire\nOur crew and their stories from the harbour\nContact"
BODY = "The {0} boat {1} left at dawn and came back with much {1}, which the crew sold on the {1} quay."


def word(number):
    """A word that only this page has."""
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:03d}{number * 7:03d}")


def page(number):
    body = "\n".join(BODY.format(name, word(number)) for name in ("red", "green", "blue"))
    return f"{MENU}\nCatch of {word(number)} bay\n{body}\nWritten by the crew of the old harbour"


PAGES = [page(number) for number in range(12)]


@pytest.fixture
def folder(tmp_path):
    pages = tmp_path / "pages"
    pages.mkdir()
    for number, text in enumerate(PAGES):
        (pages / f"{number:02d}.txt").write_text(text, "utf-8")
    return pages


def call(capfd, *arguments):
    code = run([str(argument) for argument in arguments])
    return code, *capfd.readouterr()


def test_a_folder_to_a_profile_to_scores(folder, tmp_path, capfd):
    profile, new = tmp_path / "harbour.profile", tmp_path / "new.txt"
    new.write_text(page(77), "utf-8")
    code, _, err = call(capfd, "profile", folder, "--output", profile)
    assert code == 0
    assert "harbour: 12 pages" in err
    code, out, _ = call(capfd, "profile", "show", profile)
    assert code == 0
    assert "Our crew and their stories from the harbour" in out
    code, out, _ = call(capfd, "score", new, "--site", profile, "--json")
    reasons = [reason for line in json.loads(out)["lines"] for reason in line["reasons"]]
    assert "appears on 12 of 12 other pages of this site" in {reason["text"] for reason in reasons}
    code, out, err = call(capfd, "clean", new, "--site", profile)
    assert "with the profile of harbour" in err
    assert "The red boat" in out
    assert "Our crew" not in out


def test_a_whole_profile_grows(folder, tmp_path, capfd):
    whole, grown, once = tmp_path / "a.whole", tmp_path / "b.profile", tmp_path / "c.profile"
    files = sorted(folder.iterdir())
    assert call(capfd, "profile", *files[:5], "--output", whole, "--whole", "--name", "s")[0] == 0
    assert call(capfd, "profile", *files, "--add", whole, "--output", grown)[0] == 0
    assert call(capfd, "profile", folder, "--output", once, "--name", "s")[0] == 0
    assert grown.read_bytes() == once.read_bytes()


def test_wrong_use_says_what_to_do(folder, tmp_path, capfd):
    (tmp_path / "empty").mkdir()
    output = tmp_path / "site.profile"
    for arguments, wanted, exit_code in (
        ((tmp_path / "empty", "--output", output), "empty folder", 1),
        ((folder / "00.txt", "--output", output), "at least 2 different pages", 1),
        ((folder,), "--output", 2),
        (("show",), "name one profile", 2),
        (("show", folder / "00.txt"), "is not a profile", 2),
        ((folder, "--add", folder / "00.txt", "--output", output), "is not a profile", 2),
    ):
        code, _, err = call(capfd, "profile", *arguments)
        assert wanted in err
        assert code == exit_code
    assert not output.exists()
    code, _, err = call(capfd, "score", folder / "00.txt", "--site", tmp_path / "none")
    assert code == 2
    assert "does not exist" in err


def test_an_unreadable_page_is_set_aside(folder, tmp_path, capfd):
    code, _, err = call(
        capfd, "profile", folder, tmp_path / "missing.txt", "--output", tmp_path / "s.profile"
    )
    assert code == 1
    assert "set aside" in err
    assert (tmp_path / "s.profile").exists()
