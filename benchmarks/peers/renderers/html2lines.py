"""The line renderer of the shared data, loaded from there because it is not ours to commit."""

import os
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path


def extract(html: bytes, language: str | None) -> str:
    """Return all text, one block per line."""
    path = Path(os.environ["DETECTOR_SHARED"]) / "multilingual" / "html2lines.py"
    spec = spec_from_file_location("html2lines", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded: is DETECTOR_SHARED the shared data folder?")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return "\n".join(module.lines(html))
