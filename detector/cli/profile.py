"""`detector profile`: learn the profile of a site; `detector profile show`: print one."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from detector.cli.command import INPUT, Command, refuse_unused
from detector.cli.options import input_options, page_of
from detector.cli.outputs import OutputPath, overwrite_option, refuse_existing
from detector.cli.terminal import note, print_page_text, say
from detector.errors import PageError, SettingsError
from detector.files.folders import files_below, refuse_special
from detector.records import Format
from detector.sites.profile import SiteProfile
from detector.text.page import Page

SHOW = "show"


def _files(name: str) -> Iterator[str]:
    """Yield the files in a folder in the order of names, or the name of a single file."""
    path = Path(name)
    if name == "-" or not path.is_dir():
        yield name
        return
    files = [str(file) for file in files_below(path)]
    if not files:
        raise PageError(f"{name} is an empty folder: name a folder with pages of the site")
    yield from files


def _read(names: Sequence[str], input_format: Format | None, set_aside: list[str]) -> Iterator[Page]:
    """Yield the pages; report those that cannot be read and add them to `set_aside`."""
    for name in (file for given in names for file in _files(given)):
        try:
            if name not in names:
                refuse_special(Path(name))
            page = page_of(name, input_format)
        except PageError as error:
            say(f"set aside: {error}")
            set_aside.append(name)
        else:
            yield page


def _show(names: Sequence[str]) -> int:
    if len(names) != 1:
        raise click.UsageError("name one profile: detector profile show site.profile")
    print_page_text(SiteProfile.load(Path(names[0])).show())
    return 0


def _refuse_unfit(profiles: Sequence[SiteProfile], name: str) -> None:
    """Raise `SettingsError` if these profiles cannot be extended, or not merged with each other."""
    try:
        if profiles:
            SiteProfile.merge(profiles, name)
    except ValueError as error:
        raise SettingsError(str(error)) from None


@click.command("profile", cls=Command)
@click.argument("pages", nargs=-1, required=True, type=INPUT)
@input_options
@click.option(
    "-o",
    "--output",
    type=OutputPath(dir_okay=False),
    help="The file to write the profile to.",
)
@overwrite_option
@click.option("--name", help="The name of the site; by default, the name of the output file.")
@click.option(
    "--add",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Add the pages to this profile, which was made with --whole.",
)
@click.option("--whole", is_flag=True, help="Keep all lines, so that pages can be added later.")
@click.option("--redesigned", is_flag=True, help="The pages belong to one site, even if they look like two.")
def command(pages: Sequence[str], input_format: Format | None, output: Path | None, **options: object) -> int:
    """Learn which lines recur on PAGES of one site (files or folders), or `show` a profile.

    No labels are needed. Ten pages are good, a hundred are better. Use the profile with the option
    `--site` of `score` and `clean`.

    \b
    Examples:
      detector profile pages/ --output site.profile
      detector clean pages/*.html --site site.profile --output clean/
      detector profile show site.profile
      detector profile monday/ --output site.whole --whole
      detector profile tuesday/ --add site.whole --output site.profile
    """  # noqa: D301 (click needs the backspace)
    if pages[0] == SHOW and output is None:
        refuse_unused(
            ("name", "add", "whole", "redesigned", "input_format"), "a profile that is shown", "learning one"
        )
        return _show(pages[1:])
    if output is None:
        raise click.UsageError("name a file for the profile: --output site.profile")
    refuse_existing(output, inputs=pages)
    added = options["add"]
    assert isinstance(added, tuple)
    before = [SiteProfile.load(path) for path in added]
    name = str(options["name"] or (before[0].name if before else output.stem))
    _refuse_unfit(before, name)
    set_aside: list[str] = []
    redesigned = bool(options["redesigned"])
    learned = SiteProfile.learn(_read(pages, input_format, set_aside), name, before, redesigned)
    learned.save(output, whole=bool(options["whole"]))
    note(learned.show(lines=0).splitlines()[0])
    if len(learned.templates) > 1:
        note("the pages have several templates; they count as one site")
    note(f"{output} written; use it with --site {output}")
    return int(bool(set_aside))
