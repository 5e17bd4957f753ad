"""Values of attributes in the form that XML and TEI require: names, dates, languages, addresses."""

import re
from datetime import datetime
from typing import Final
from urllib.parse import quote

# Characters that XML 1.0 does not allow.
_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The characters that may begin a name, and those that may follow.
_FIRST: Final = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NO_FIRST: Final = re.compile(f"[^{_FIRST}]")
_NO_NAME: Final = re.compile(f"[^{_FIRST}.0-9\u00b7\u0300-\u036f\u203f-\u2040-]")
_MOMENT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)
_MONTH: Final = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2]))?", re.ASCII)
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_NO_ADDRESS: Final = re.compile(r'[\s<>"{}|\\^`]')


def xml_text(text: str) -> str:
    """Return a text with U+FFFD for each character that XML 1.0 does not allow."""
    return _NO_XML.sub("\ufffd", text)


def xml_name(name: str, taken: dict[str, int]) -> str:
    """Return a unique element name that XML allows, and reserve it.

    name: as on the page: "1:note a" becomes "_1_note_a"
    taken: the reserved names, with the last number that was appended to each
    """
    written = _NO_NAME.sub("_", name)
    if not written or _NO_FIRST.match(written):
        written = "_" + written
    free = written
    while free in taken:
        taken[written] += 1
        free = f"{written}.{taken[written]}"
    taken[free] = 1
    return free


def moment(text: str) -> str | None:
    """Return a date, with its time if it has one, in the form of XML Schema; None for anything else."""
    stripped = text.strip()
    if _MONTH.fullmatch(stripped):
        return stripped
    found = _MOMENT.fullmatch(stripped)
    if found is None:
        return None
    day, minutes, seconds, zone = found.groups()
    if zone and zone != "Z":
        zone = f"{zone[:3]}:{zone[-2:]}"
    try:
        datetime.fromisoformat(f"{day}T{minutes or '00:00'}:00{(zone or '').replace('Z', '')}")
    except ValueError:  # such as the 30th of February
        return None
    return f"{day}T{minutes}{seconds or ':00'}{zone or ''}" if minutes else day


def language(tag: str) -> str | None:
    """Return the tag of a language, or None if it is invalid: "de_AT" becomes "de-AT"."""
    written = tag.strip().replace("_", "-")
    return written if _LANGUAGE.fullmatch(written) else None


def address(text: str) -> str:
    """Return an address without invalid characters."""
    return _NO_ADDRESS.sub(lambda found: quote(found[0]), xml_text(text))
