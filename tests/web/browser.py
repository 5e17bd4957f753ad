"""A real browser, and `detector serve` as a separate process."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def need_browser():
    """Skip the test, or fail in CI, if there is no browser."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        missing = "playwright (pip install playwright)"
    else:
        missing = "" if CHROMIUM else "Chromium (apt-get install chromium)"
    if missing and os.environ.get("DETECTOR_CI"):
        pytest.fail(f"CI needs a browser, and there is no {missing}")
    if missing:
        pytest.skip(f"no browser: there is no {missing}")


@contextmanager
def serving(*arguments):
    """Run `detector serve` and yield the address that it prints, with the token."""
    command = [sys.executable, "-m", "detector", "serve", *map(str, arguments), "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            found = re.search(r"http://\S+", process.stderr.readline())
            assert found, process.stderr.read()
            yield found[0]
        finally:
            process.terminate()
            process.communicate(timeout=20)
