"""Records written for corpus tests, and readers of output folders."""

import io
import json
import subprocess
import sys

from detector.files.zstd_files import write_zstd

PLACES = ("harbour", "market", "library", "bridge", "school", "museum", "station", "garden", "mill", "ferry")
PEOPLE = (
    "the mayor",
    "a baker",
    "two teachers",
    "the new pilot",
    "an old gardener",
    "the choir",
    "a carpenter",
)
DEEDS = (
    "opened",
    "repaired",
    "painted",
    "measured",
    "visited",
    "closed",
    "photographed",
    "described",
    "sold",
)
HEAD = ("Home", "News of the valley", "Subscribe to our newsletter", "Search this site")
FOOT = ("Share this page", "© 2024 The Valley Post. All rights reserved.", "Leave a Reply", "Privacy policy")


def zstd_of(data):
    """Return bytes compressed with Zstandard."""
    packed = io.BytesIO()
    with write_zstd(packed, 3) as file:
        file.write(data)
    return packed.getvalue()


def story(number):
    """A headline and three paragraphs, different for every number."""
    sentences = [
        f"On day {number} {PEOPLE[(number + at) % 7]} {DEEDS[(number * 3 + at) % 9]} the {PLACES[(number * 7 + at) % 10]} "
        f"behind house {number * 13 + at}, and {at + number % 5} people from {PLACES[(number + 3 * at) % 10]} street "
        f"number {number * 31 + at} came to watch until the rain began."
        for at in range(9)
    ]
    paragraphs = [" ".join(sentences[at : at + 3]) for at in (0, 3, 6)]
    return [f"The {PLACES[number % 10]} of day {number}", *paragraphs]


def page(number, site=0):
    """The text of a page: the site's template around a story."""
    own = [f"Site {site} tip line: call our desk any time", f"Page {number} of 90"]
    return "\n".join([*HEAD, own[0], *story(number), own[1], *FOOT])


def records(count=40):
    """Records of two sites."""
    return [
        {
            "id": f"page-{number}",
            "url": f"https://www.site{number % 2}.example/stories/{number}",
            "text": page(number, number % 2),
            "date": f"2024-05-{1 + number % 28:02d}",
        }
        for number in range(count)
    ]


def write_jsonl(path, rows):
    """Write records; bytes are written as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def read_jsonl(folder, pattern="*.jsonl"):
    """Read all records below a folder, in file order."""
    return [
        json.loads(line)
        for path in sorted(folder.rglob(pattern))
        for line in path.read_bytes().split(b"\n")
        if line
    ]


def everything(folder):
    """The bytes of every file in a folder, by name; without the run's log, which has times in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "log.txt"
    }


class Between:
    """An engine that calls a function once, after a number of steps over all shards."""

    def __init__(self, steps, act):
        self.steps, self.act = steps, act

    def run(self, task, items):
        if self.steps == 0:
            self.act()
        self.steps -= 1
        yield from map(task, items)

    def close(self):
        pass


def cleaned_with_limit(limit, most, folder, out):
    """Clean a folder in a separate process with a resource limit, such as RLIMIT_NOFILE."""
    program = (
        f"import resource, sys\nresource.setrlimit(resource.{limit}, ({most}, {most}))\n"
        "from detector.cli.main import run\nsys.exit(run(sys.argv[1:]))"
    )
    command = ["clean", str(folder), "--output", str(out), "--engine", "process"]
    return subprocess.run(
        [sys.executable, "-c", program, *command], check=False, capture_output=True, text=True
    )
