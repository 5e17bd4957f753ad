"""Lines of JSON in UTF-8, whatever the texts hold."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def json_line(row: Mapping[str, Any] | Sequence[Any]) -> bytes:
    """Return a record, or a list, as one line; lone surrogates are escaped, foreign values written out."""
    text = json.dumps(row, ensure_ascii=False, default=str) + "\n"
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub(lambda found: f"\\u{ord(found.group()):04x}", text).encode()
