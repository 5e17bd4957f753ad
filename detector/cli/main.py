"""The command line: finds the command, imports only that one, and turns errors into messages.

Exit codes: 0 done; 1 some pages were set aside; 2 wrong use (options, settings, model
files); 3 stopped by a guard; 4 an error that is ours.
"""

import os
import sys
from importlib import import_module
from typing import Final

import click

from detector.errors import DetectorError, PageError
from detector.version import __version__

# Command: the module that has it, and one line of help. The module is imported when the
# command is called, so that `detector --help` loads nothing heavy.
COMMANDS: Final = {
    "score": ("detector.cli.score", "Show every line of a page with its score and the reason."),
    "clean": ("detector.cli.clean", "Print or write the clean text of pages, or of a corpus."),
    "restore": ("detector.cli.restore", "Bring back what a corpus run has dropped."),
    "profile": ("detector.cli.profile", "Learn what recurs on a site's pages, to score with."),
    "duplicates": ("detector.cli.duplicates", "Find near-duplicates among many texts."),
    "train": ("detector.cli.train", "Train a model on labelled pages."),
    "evaluate": ("detector.cli.evaluate", "Measure a model on labelled pages."),
}

PAGES_SET_ASIDE: Final = 1
WRONG_USE: Final = 2
OUR_ERROR: Final = 4


class LazyCommands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Import one command."""
        if name not in COMMANDS:
            return None
        command = import_module(COMMANDS[name][0]).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, "-V", "--version", prog_name="detector")
def group() -> None:
    r"""Find boilerplate and repeated content in scraped pages.

    Every line gets a score (the probability that it is not main content) and a reason;
    clean text is what stays.

    \b
    Examples:
      detector score page.html
      detector clean *.html --output clean/
      curl -s https://example.org | detector clean -
    """


def _fail(message: str, code: int) -> int:
    click.echo(f"detector: {message}", err=True)
    return code


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        code = group.main(arguments, prog_name="detector", standalone_mode=False)
    except click.exceptions.Abort:
        return _fail("stopped", 130)
    except click.ClickException as error:
        error.show()
        return WRONG_USE
    except PageError as error:
        return _fail(str(error), PAGES_SET_ASIDE)
    except (DetectorError, ValueError) as error:
        return _fail(str(error), WRONG_USE)
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("DETECTOR_TRACEBACK"):
            raise
        return _fail(
            f"an error of ours: {type(error).__name__}: {error}\n"
            "Please report it; DETECTOR_TRACEBACK=1 shows where it happened.",
            OUR_ERROR,
        )
    return code if isinstance(code, int) else 0


def main() -> None:
    """Entry point of the `detector` program."""
    code = run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if "joblib" not in sys.modules:
        # No workers to wind down; taking the compiler apart would cost an eighth of a second.
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
