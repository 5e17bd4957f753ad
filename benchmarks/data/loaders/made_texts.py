"""How files of packages become text: mails, scanned pages, manual pages, PDF, the first lines of a file.

The field `made` of package_texts.json says how: by which program, in which version, with which settings.
Without this field, a file is used as it is.
"""

import email
import mailbox
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path
from typing import Any, Final

from benchmarks.data.loaders.package_files import output_of
from benchmarks.errors import BenchmarkError
from benchmarks.peers.environments import python_of

HEADERS: Final = ("From", "To", "Cc", "Subject", "Date")
# Read until the PDF ends: it has fewer pages.
LAST_PAGE: Final = 40
PDF: Final = "pdfminer"

Settings = Mapping[str, Any]


def _mail(message: Message) -> str:
    """Return some headers and the first text part."""
    headers = [
        f"{name}: {' '.join(str(make_header(decode_header(message[name]))).split())}"
        for name in HEADERS
        if message[name] is not None
    ]
    part = next((part for part in message.walk() if part.get_content_maintype() == "text"), None)
    if part is None:
        raise BenchmarkError("a mail has no part that is text")
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    try:
        body = data.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        body = data.decode("utf-8", "replace")
    return "\n".join(headers) + "\n\n" + body.replace("\r\n", "\n").rstrip()


def _mails(files: Sequence[bytes], settings: Settings) -> str:
    """Return mails one after another: one per file, or some messages of one mailbox."""
    if "messages" not in settings:
        messages = [email.message_from_bytes(data) for data in files]
    else:
        with tempfile.NamedTemporaryFile() as file:
            file.write(files[0])
            file.flush()
            with closing(mailbox.mbox(file.name)) as box:
                messages = [box[number] for number in settings["messages"]]
    return "\n\n".join(map(_mail, messages)) + "\n"


def _printed(command: Sequence[str], data: bytes, name: str, variables: Mapping[str, str]) -> str:
    """Return the output of a program; "FILE" in the command is replaced by the path."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        filled = [str(path) if word == "FILE" else word for word in command]
        return output_of(filled, Path(folder), variables).decode()


def _scan(files: Sequence[bytes], settings: Settings) -> str:
    command = ["tesseract", "FILE", "-", "-l", settings["model"]]
    return _printed(command, files[0], "scan", {"OMP_THREAD_LIMIT": "1"}).replace("\f", "")


def _manual_page(files: Sequence[bytes], settings: Settings) -> str:
    variables = {"MANWIDTH": str(settings["width"]), "LC_ALL": "C.UTF-8"}
    # The names of the folders tell man the language, and so how to divide words.
    name = f"usr/share/man/{settings['language']}/man1/page.1"
    return _printed(["man", "-P", "cat", "-l", "FILE"], files[0], name, variables)


def _pdf(files: Sequence[bytes], settings: Settings) -> str:
    program = python_of(PDF).with_name("pdf2txt.py")
    if not program.is_file():
        raise BenchmarkError(f"no {program}: run `python -m benchmarks setup {PDF}` first")
    pages = map(str, range(settings["first_page"], LAST_PAGE))
    return _printed([str(program), "FILE", "--page-numbers", *pages], files[0], "file.pdf", {})


def _as_it_stands(files: Sequence[bytes], _: Settings) -> str:
    return files[0].decode("utf-8-sig").replace("\r\n", "\n")


MAKERS: Final[Mapping[str, Callable[[Sequence[bytes], Settings], str]]] = {
    "mails": _mails,
    "tesseract": _scan,
    "man": _manual_page,
    "pdfminer.six": _pdf,
    "first lines": _as_it_stands,
}


def made_text(files: Sequence[bytes], made: Settings | None) -> bytes:
    """Return the labelled text, made from its files."""
    if made is None:
        return files[0]
    text = MAKERS[made["by"]](files, made)
    return "\n".join(text.split("\n")[: made.get("lines")]).encode()
