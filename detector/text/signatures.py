"""Files that are not pages, found by their first bytes. The error names their type and says what to do."""

import re
from typing import Final, NamedTuple

from detector.errors import PageError


class _Kind(NamedTuple):
    """A type of file: its first bytes and their position, its name, and what to do with it."""

    begins: bytes
    name: str
    advice: str
    at: int = 0


_PICTURE: Final = "use a program that reads text in pictures (OCR), and give what it writes"
_SOUND: Final = "use a program that writes down speech, and give what it writes"
_ARCHIVE: Final = "unpack it, and give the pages in it"
_OFFICE: Final = "save it as HTML or text, and give that"
_TABLE: Final = "`detector clean FILE --output FOLDER` reads it as a corpus"
_PROGRAM: Final = "give a page"

# If one begins like another, the longer one comes first.
_KINDS: Final = (
    _Kind(b"%PDF-", "a PDF", "use a program such as pdftotext, and give the text that it writes"),
    _Kind(b"%!PS", "PostScript", "use a program such as ps2ascii, and give the text that it writes"),
    _Kind(b"{\\rtf", "RTF", _OFFICE),
    _Kind(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (.doc, .xls, .ppt)", _OFFICE),
    _Kind(b"\x89PNG\r\n\x1a\n", "a PNG", _PICTURE),
    _Kind(b"\xff\xd8\xff", "a JPEG", _PICTURE),
    _Kind(b"GIF87a", "a GIF", _PICTURE),
    _Kind(b"GIF89a", "a GIF", _PICTURE),
    _Kind(b"WEBP", "a WebP picture", _PICTURE, at=8),
    _Kind(b"ftypavif", "an AVIF picture", _PICTURE, at=4),
    _Kind(b"ftypheic", "a HEIC picture", _PICTURE, at=4),
    _Kind(b"II*\0", "a TIFF", _PICTURE),
    _Kind(b"MM\0*", "a TIFF", _PICTURE),
    _Kind(b"\0\0\x01\0", "an icon", _PICTURE),
    _Kind(b"AT&TFORM", "a DjVu", _PICTURE),
    _Kind(b"ID3", "an MP3", _SOUND),
    _Kind(b"OggS", "an Ogg file", _SOUND),
    _Kind(b"fLaC", "a FLAC", _SOUND),
    _Kind(b"WAVE", "a WAV", _SOUND, at=8),
    _Kind(b"ftyp", "an MP4", _SOUND, at=4),
    _Kind(b"\x1aE\xdf\xa3", "a Matroska or WebM film", _SOUND),
    _Kind(b"PAR1", "a Parquet file", _TABLE),
    _Kind(b"SQLite format 3\0", "an SQLite database", "write its texts as JSON Lines, and give that"),
    _Kind(b"\x93NUMPY", "a NumPy array", _PROGRAM),
    _Kind(b"7z\xbc\xaf\x27\x1c", "a 7z archive", _ARCHIVE),
    _Kind(b"Rar!\x1a\x07", "a RAR archive", _ARCHIVE),
    _Kind(b"\x5d\0\0\x80\0", "packed by LZMA", _ARCHIVE),
    _Kind(b"\x1f\x9d", "packed by compress (.Z)", _ARCHIVE),
    _Kind(b"\x04\x22\x4d\x18", "packed by LZ4", _ARCHIVE),
    _Kind(b"ustar", "a tar archive", _ARCHIVE, at=257),
    _Kind(b"wOFF", "a font", _PROGRAM),
    _Kind(b"wOF2", "a font", _PROGRAM),
    _Kind(b"OTTO", "a font", _PROGRAM),
    _Kind(b"\x7fELF", "a program", _PROGRAM),
    _Kind(b"\0asm", "a WebAssembly module", _PROGRAM),
    _Kind(b"\xca\xfe\xba\xbe", "a Java class", _PROGRAM),
)
_ZIP: Final = b"PK\x03\x04"
# What distinguishes the types of ZIP files.
_IN_ZIP: Final = (
    (b"mimetypeapplication/epub+zip", "an EPUB book", "unpack it: the pages in it are HTML"),
    (b"mimetypeapplication/vnd.oasis", "an OpenDocument file (.odt, .ods, .odp)", _OFFICE),
    (b"word/", "a Word document (.docx)", _OFFICE),
    (b"xl/", "an Excel table (.xlsx)", _OFFICE),
    (b"ppt/", "a PowerPoint file (.pptx)", _OFFICE),
)
_LOOKED_AT: Final = 4096
# Texts may begin with the same letters, but not with what follows them.
_AS_TEXT: Final = frozenset((b"BZh", b"ID3", b"OTTO", b"wOFF", b"wOF2", b"PAR1", b"ftyp", b"WAVE", b"WEBP"))
# Control characters that are not in text of any 8-bit encoding. Not escape, which ISO-2022 uses, and not NUL,
# which some programs leave in text.
_CONTROLS: Final = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MOST_CONTROLS: Final = 0.05
_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def _known(data: bytes) -> tuple[str, str] | None:
    if data.startswith(_ZIP):
        start = data[:_LOOKED_AT]
        return next(((name, advice) for mark, name, advice in _IN_ZIP if mark in start), ("a ZIP", _ARCHIVE))
    for begins, name, advice, at in _KINDS:
        if data.startswith(begins, at) and not (begins in _AS_TEXT and not _NO_TEXT.search(data[:64])):
            return name, advice
    return None


def refuse_binary(data: bytes, is_text: bool) -> None:
    """Raise `PageError` for bytes that are not a page.

    Parameters
    ----------
    data
        The bytes of a page, decompressed.
    is_text
        Whether they are in a 16-bit or 32-bit encoding, in which control characters mean nothing.
    """
    if data[:1] in (b"<", b"\n", b" "):
        return
    found = _known(data)
    if found is not None:
        name, advice = found
        raise PageError(f"this is {name}, not a page: {advice}")
    if is_text:
        return
    start = data[:_LOOKED_AT]
    controls = len(_CONTROLS.findall(start))
    if controls > max(_MOST_CONTROLS * len(start), 4):
        raise PageError(
            f"this is a binary file of an unknown kind ({controls} control characters in the first "
            f"{len(start)} bytes), not a page: give HTML or text"
        )
