"""Runs one peer over pages: JSON lines in, JSON lines out. Started by `process`.

Runs in the peer's environment, so it imports only the standard library and the peer. Every error of the peer
is returned as an error, never as an empty text.
"""

import base64
import gc
import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

# Peers that walk trees in Python need a limit above 1,000 on deep pages.
RECURSION = 20_000


def answer(extract: Callable[..., str], request: dict[str, Any]) -> dict[str, Any]:
    """Return the text of one page and its CPU seconds, or the error."""
    page = base64.b64decode(request["html"]) if "html" in request else request["text"]
    others = [request["others"]] if "others" in request else []
    started = time.process_time()
    try:
        text = extract(page, request["language"], *others)
    except Exception as problem:  # errors of the peer are counted and shown by the runner
        return {"error": f"{type(problem).__name__}: {problem}"[:300]}
    if not isinstance(text, str):
        return {"error": f"TypeError: {type(text).__name__} instead of text"}
    return {"text": text, "seconds": round(time.process_time() - started, 6)}


def main(module: str, function: str) -> None:
    """Answer each line of standard input with one line."""
    # Peers may print; their output goes to standard error, and answers to the real output.
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    sys.setrecursionlimit(RECURSION)
    extract = getattr(importlib.import_module(module), function)
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(extract, json.loads(line))), file=answers, flush=True)
        gc.collect(0)
