"""defuddle, in a Node process of its own: the HTML of its content, as text."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding


@cache
def _node() -> "subprocess.Popen[str]":
    program = Path(__file__).with_name("defuddle.cjs")
    modules = Path(sys.prefix, "node_modules")
    return subprocess.Popen(
        ["node", str(program), str(modules)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def extract(html: bytes, language: str | None) -> str:
    """Extract the content."""
    node = _node()
    assert node.stdin is not None and node.stdout is not None
    print(json.dumps({"html": bytes_to_str(html, detect_encoding(html))}), file=node.stdin, flush=True)
    line = node.stdout.readline()
    if not line:
        _node.cache_clear()
        raise RuntimeError("Node ended")
    answer = json.loads(line)
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return extract_plain_text(answer["content"], alt_texts=False)
