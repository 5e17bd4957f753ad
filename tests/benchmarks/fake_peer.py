"""A peer that does what the page tells it to do, for testing the runner."""

import os
import subprocess
import time


def extract(page, language):
    text = page if isinstance(page, str) else page.decode()
    if text == "raise":
        raise KeyError("on purpose")
    if text == "die":
        os._exit(3)
    if text == "sleep":
        time.sleep(30)
    if text == "child":
        return str(subprocess.Popen(["sleep", "60"]).pid)
    if text == "none":
        return None
    print("noise on standard output")
    return text.upper()
