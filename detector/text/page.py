"""From text, bytes or a file to a decoded page."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, get_args

from detector.errors import PageError
from detector.files.limits import bytes_of_file
from detector.records import Format
from detector.text.addresses import is_address
from detector.text.compressed import LARGEST, unpacked
from detector.text.decoding import Decoded, decode, is_wide, utf8
from detector.text.formats import found_format
from detector.text.record_files import refuse_records
from detector.text.signatures import refuse_binary

Input = str | bytes | Path

# The most characters of a string that could be a file name or a URL.
_LONGEST_NAME: Final = 1024


@dataclass(frozen=True, slots=True)
class Page:
    """A decoded page, before it is scored.

    name: the file that it was read from, if any; data: the text as UTF-8, if available
    """

    text: str
    format: Format
    encoding: str | None = None
    replaced: int = 0
    url: str | None = None
    name: str | None = None
    data: bytes | None = field(default=None, repr=False, compare=False)

    def utf8(self) -> bytes:
        """Return the text as UTF-8 for the kernels; lone surrogates are encoded too."""
        return utf8(self.text) if self.data is None else self.data

    @classmethod
    def read(cls, source: "Input | Page", format: Format | None = None, url: str | None = None) -> "Page":
        """Decode a page from text, bytes or a path.

        A `Page` is returned as it is, with `format` and `url` replaced if given.

        Raises
        ------
        PageError
            If it cannot be read.
        ValueError
            If a string is an address or the name of a file, or the format is unknown.
        TypeError
            If it is none of these.
        """
        if format not in (None, *get_args(Format)):
            raise ValueError(f"a page is read as 'text' or 'html', not {format!r}")
        if isinstance(source, Page):
            return replace(source, format=format or source.format, url=url or source.url)
        if isinstance(source, Path):
            data = _named(_file(source), str(source), is_known=format is not None)
            return replace(cls._decoded(decode(data), format, url), name=str(source))
        if isinstance(source, bytes | bytearray | memoryview):
            return cls._decoded(decode(page_bytes(bytes(source))), format, url)
        if not isinstance(source, str):
            raise TypeError(f"a page is str, bytes or pathlib.Path, not {type(source).__name__}")
        _refuse_name(source)
        return cls(source, format or found_format(source), url=url)

    @classmethod
    def fetch(
        cls,
        url: str,
        format: Format | None = None,
        *,
        timeout: float = 30.0,
        most_bytes: int = 32 << 20,
        allow_private: bool = False,
    ) -> "Page":
        """Fetch a page from its address (extra `fetch`).

        Parameters
        ----------
        url : str
            An http or https address.
        format : {"text", "html"}, optional
            What the page is; detected by default.
        timeout : float
            Seconds for everything: looking up names, connecting, redirects, the response.
        most_bytes : int
            The largest page, compressed and decompressed.
        allow_private : bool
            Whether the page may be on this machine or in a private network. Every address that a host name
            resolves to is checked, also after each redirect, and the connection is made to a checked address.

        Returns
        -------
        Page
            Its `url` is the final address, after redirects.

        Raises
        ------
        PageError
            If there is no such page, it is not text or HTML, or a limit is exceeded.
        MissingExtraError
            If the client is not installed.
        """
        from detector.text.fetch import fetch  # most pages are files

        found = fetch(url, timeout=timeout, most_bytes=most_bytes, allow_private=allow_private)
        try:
            decoded = decode(page_bytes(found.data), found.charset)
        except PageError as error:
            raise PageError(f"{url}: {error}") from None
        return replace(cls._decoded(decoded, format, found.url), name=url)

    @classmethod
    def _decoded(cls, decoded: Decoded, format: Format | None, url: str | None) -> "Page":
        return cls(
            text=decoded.text,
            format=format or found_format(decoded.text),
            encoding=decoded.encoding,
            replaced=decoded.replaced,
            url=url,
            data=decoded.data,
        )


def page_bytes(data: bytes, name: str = "", limit: int = LARGEST) -> bytes:
    """Decompress the bytes of a page; raises `PageError` for other files and above the limit."""
    data = unpacked(data, name, limit)
    refuse_binary(data, is_wide(data))
    return data


def _named(data: bytes, name: str, is_known: bool) -> bytes:
    """Decompress the bytes of a file, and name the file in errors."""
    try:
        data = page_bytes(data, name)
    except PageError as error:
        raise PageError(f"{name}: {error}") from None
    if not is_known:
        refuse_records(name, data)
    return data


def _file(path: Path) -> bytes:
    try:
        return bytes_of_file(path, LARGEST)
    except FileNotFoundError:
        raise PageError(f"{path} does not exist") from None
    except IsADirectoryError:
        raise PageError(f"{path} is a folder, not a page: name the files in it") from None
    except OSError as error:
        raise PageError(f"{path} cannot be read: {error.strerror}") from None


def _refuse_name(text: str) -> None:
    """Raise `ValueError` for a string that is a URL or a file name: its content was surely meant."""
    name = text.strip()
    if not 0 < len(name) <= _LONGEST_NAME or any(sign in name for sign in "\n\0<"):
        return
    if is_address(name) and len(name.split()) == 1:
        raise ValueError(f"{name!r} is an address, not a page: pass Page.fetch({name!r})")
    try:
        exists = Path(name).is_file()
    except (OSError, ValueError):
        return
    if exists:
        raise ValueError(f"{name!r} names a file: pass Path({name!r}) to score what is in it")
