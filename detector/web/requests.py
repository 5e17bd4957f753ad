"""The records of requests, and reading them: checked, and within limits of size and time."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from detector.errors import in_words
from detector.files.checked import checked
from detector.files.json_lines import is_deep
from detector.records import Format
from detector.settings import DROPPED_COPIES, Settings
from detector.web.metrics import Metrics
from detector.web.problems import Problem
from detector.web.settings import ServeSettings

T = TypeVar("T")

Name = Annotated[str, msgspec.Meta(max_length=1000)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
JSON: Final = "application/json"
IDENTITY: Final = "identity"
NDJSON: Final = "application/x-ndjson"


class PageIn(msgspec.Struct, forbid_unknown_fields=True):
    """A page, as text or HTML."""

    page: str
    id: Name | None = None
    url: Name | None = None
    format: Format | None = None


class SettingsIn(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What to keep. At most one of threshold, lose_at_most, recall and precision.

    keep, drop: kinds of lines; null for those of the preset `article`
    """

    threshold: Share | None = None
    lose_at_most: Share | None = None
    recall: Share | None = None
    precision: Share | None = None
    keep: tuple[str, ...] | None = None
    drop: tuple[str, ...] | None = None
    cut_headlines: bool = True
    join_lines: bool = False
    whole_blocks: bool = True
    drop_copies: tuple[str, ...] = DROPPED_COPIES
    least_content: Share = 0.2
    mostly_content: Share = 0.9

    def settings(self) -> Settings:
        """Return the settings; raises `SettingsError` if they contradict each other."""
        return Settings(**msgspec.structs.asdict(self))


class PagesIn(msgspec.Struct, forbid_unknown_fields=True):
    """Pages to score. `profile`: the profile of their site, as returned by /v1/profile."""

    pages: Annotated[list[PageIn], msgspec.Meta(min_length=1)]
    settings: SettingsIn = msgspec.field(default_factory=SettingsIn)
    profile: str | None = None


class CleanIn(PagesIn, forbid_unknown_fields=True):
    """Pages to clean."""

    to: Literal["text", "markdown"] = "text"


class ProfileIn(msgspec.Struct, forbid_unknown_fields=True):
    """Pages of one site."""

    pages: Annotated[list[PageIn], msgspec.Meta(min_length=2)]
    name: Name = "site"


class TextIn(msgspec.Struct, forbid_unknown_fields=True):
    """A text, and its id in the answer: its number by default."""

    text: str
    id: Name | None = None


class TextsIn(msgspec.Struct, forbid_unknown_fields=True):
    """Texts to search for near-duplicates."""

    texts: Annotated[list[TextIn], msgspec.Meta(min_length=1)]
    threshold: Annotated[float, msgspec.Meta(ge=0.05, le=1)] = 0.8
    keep: Literal["first", "longest"] = "first"
    mask: bool = False


class Reader:
    """Reads requests, and limits the memory that all of them take together."""

    def __init__(self, settings: ServeSettings, metrics: Metrics) -> None:
        self.settings, self._metrics = settings, metrics
        self._held = 0

    def _hold(self, size: int) -> None:
        if self._held + size > self.settings.most_held:
            raise Problem(503, "the server is busy and its memory is full: try again soon")
        self._held += size
        self._metrics.held.set(self._held)

    @asynccontextmanager
    async def body(self, request: Request) -> AsyncIterator[bytes]:
        """Give the body. Its size counts as held until the block ends.

        Raises
        ------
        Problem
            If it is too large, takes too long, or does not fit into memory.
        """
        most, parts, held = self.settings.most_body, list[bytes](), 0
        if (coding := request.headers.get("content-encoding", IDENTITY).lower()) != IDENTITY:
            raise Problem(415, f"the body is sent with Content-Encoding: {coding}: send it uncompressed")
        if int(request.headers.get("content-length", "0") or 0) > most:
            raise Problem(413, f"the limit is {most:,} bytes: send less at a time")
        try:
            async with asyncio.timeout(self.settings.most_seconds):
                async for part in request.stream():
                    if held + len(part) > most:
                        raise Problem(413, f"the limit is {most:,} bytes: send less at a time")
                    self._hold(len(part))
                    held += len(part)
                    parts.append(part)
            yield b"".join(parts)
        except TimeoutError:
            raise Problem(408, f"the request did not arrive in {self.settings.most_seconds:g} s") from None
        except ClientDisconnect:
            raise Problem(400, "the request was incomplete") from None
        finally:
            self._held -= held
            self._metrics.held.set(self._held)


def media_type(request: Request) -> str:
    """Return the media type of a request's body, without its parameters."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


def parsed(data: bytes, kind: type[T], where: str = "the request") -> T:
    """Return JSON as a checked record; raises `Problem` that says what is wrong."""
    try:
        value: Any = json.loads(data)
    except RecursionError:
        raise Problem(400, f"{where} is nested too deeply") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Problem(400, f"{where} is {in_words(error)}") from None
    except ValueError:  # Python does not read a number of thousands of digits
        raise Problem(400, f"{where} is not JSON: a number has too many digits") from None
    if isinstance(value, dict | list) and is_deep(value):
        raise Problem(400, f"{where} is nested too deeply")
    return checked(value, kind, where, _Invalid)


class _Invalid(Problem):
    """A request that is valid JSON but not of the expected form."""

    def __init__(self, detail: str) -> None:
        super().__init__(422, detail)
