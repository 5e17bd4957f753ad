"""`detector serve`: pages in the browser, and an HTTP interface."""

import sys
import webbrowser
from pathlib import Path
from typing import Final

import click

from detector.cli.command import Command
from detector.cli.terminal import say, wants_colour
from detector.extras import need
from detector.web.settings import ServeSettings

LOCAL: Final = "127.0.0.1"


@click.command("serve", cls=Command)
@click.argument("folder", required=False, type=click.Path(path_type=Path, exists=True))
@click.option("--host", default=LOCAL, show_default=True, help="The address to listen on.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="0 for any.")
@click.option("--host-name", multiple=True, help="Another host name of this machine.")
@click.option("--model", type=click.Path(path_type=Path), help="A folder with a model, or default.")
@click.option("--site", type=click.Path(path_type=Path), help="A profile of the pages' site.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option("--seconds", default=30.0, show_default=True, help="Time limit for a page.")
@click.option("--browser/--no-browser", default=None, help="Open a browser, or not.")
def command(
    folder: Path | None,
    host: str,
    port: int,
    host_name: tuple[str, ...],
    model: Path | None,
    site: Path | None,
    workers: int,
    seconds: float,
    browser: bool | None,
) -> int:
    """Look at pages in the browser, correct labels, read reports; serve programs over HTTP.

    FOLDER has pages, or is the output of a corpus run; it may also be a single page. Nothing outside it
    is read or written. The address that is printed contains a token for it.

    \b
    Examples:
      detector serve pages/
      detector serve clean/ --port 9000
      curl -s localhost:8765/v1/clean -H 'Content-Type: application/json' \\
        -d '{"pages": [{"page": "Leave a Reply"}]}'
    """  # noqa: D301 (click needs the backspace)
    for library in ("starlette", "uvicorn", "jinja2", "prometheus_client", "tomlkit"):
        need(library, "web", "detector serve")
    from detector.web.app import create_app
    from detector.web.running import address_of, listen, serve
    from detector.web.server import LOOPBACK, Access
    from detector.web.worker import ModelChoice

    own = () if host in ("0.0.0.0", "::", LOCAL) else (f"[{host}]" if ":" in host else host.lower(),)
    access = Access(tuple(dict.fromkeys((*LOOPBACK, *own, *(name.lower() for name in host_name)))))
    limits = ServeSettings(workers=workers, most_seconds=seconds)
    with listen(host, port) as listening:
        app = create_app(folder, limits, access, ModelChoice(model, site))
        address = address_of(listening, access)
        say(f"open {address} (press Ctrl-C to stop)")
        is_seen = sys.stderr is not None and sys.stderr.isatty()
        if browser or (browser is None and host == LOCAL and is_seen):
            webbrowser.open(address)
        serve(app, listening, wants_colour())
    return 0
