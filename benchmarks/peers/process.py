"""A peer in its own process: one page at a time, with a time limit."""

import base64
import json
import os
import select
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from benchmarks.data.shared import shared_data
from benchmarks.errors import BenchmarkError
from benchmarks.files import ROOT
from benchmarks.peers.environments import calling, python_of
from benchmarks.peers.systems import Peer

PAGE_SECONDS: Final = 60.0
# Time limit for importing a peer on a busy machine.
START_SECONDS: Final = 300.0


# Peers with numpy would use both cores, and their time would mean nothing.
ONE_THREAD: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class Answer(NamedTuple):
    """The text of a page, or why there is none; and the CPU seconds it took.

    lost: the process died or was stopped, so another attempt may give a different answer.
    """

    text: str | None
    error: str | None
    seconds: float
    lost: bool = False


class NotInstalledError(BenchmarkError):
    """A peer cannot be started: its environment is missing or does not import."""


class PeerProcess:
    """Answers pages. A peer that dies or takes too long is started again for the next page."""

    def __init__(self, peer: Peer, log: Path, page_seconds: float = PAGE_SECONDS) -> None:
        self._peer, self._log_path, self._limit = peer, log, page_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self._unread = b""

    def _start(self) -> None:
        peer = self._peer
        if not python_of(peer.environment).is_file():
            raise NotInstalledError(
                f"{peer.name} is not installed: run `python -m benchmarks setup {peer.environment}` first"
            )
        self._log = self._log_path.open("ab")
        self._unread = b""
        self._process = subprocess.Popen(
            calling(peer.environment, "benchmarks.peers.worker:main", peer.module, peer.function),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=os.environ | ONE_THREAD | {"DETECTOR_SHARED": str(shared_data())},
            start_new_session=True,
        )
        if not self._read_line(START_SECONDS):
            self.close()
            raise NotInstalledError(f"{self._peer.name} did not start: its log {self._log_path} says why")

    def close(self) -> None:
        """Stop the peer, if it runs, and the processes that it started."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.communicate()
        if self._log is not None:
            self._log.close()
        self._process = self._log = None

    def _read_line(self, seconds: float) -> bytes | None:
        """Return the next line of the peer's output: None if it was too slow, empty if it ended."""
        assert self._process is not None and self._process.stdout is not None
        output = self._process.stdout.fileno()
        while b"\n" not in self._unread:
            ready, _, _ = select.select([output], [], [], seconds)
            if not ready:
                return None
            piece = os.read(output, 1 << 20)
            if not piece:
                return b""
            self._unread += piece
        line, self._unread = self._unread.split(b"\n", 1)
        return line

    def _write(self, request: dict[str, Any]) -> bool:
        assert self._process is not None and self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return False
        return True

    def ask(self, page: bytes | str, language: str | None, others: Sequence[str] | None = None) -> Answer:
        """Return the peer's answer for a page: HTML as bytes, or text.

        others: other pages of the site, for a peer that learns from them
        """
        if self._process is None:
            self._start()
        assert self._process is not None
        given = {"html": base64.b64encode(page).decode()} if isinstance(page, bytes) else {"text": page}
        request = {**given, "language": language} | ({} if others is None else {"others": others})
        line = self._read_line(self._limit) if self._write(request) else b""
        if not line:
            error = "the process died" if line is not None else f"took over {self._limit:.0f} s"
            self.close()
            return Answer(None, error, 0.0, lost=True)
        answer = json.loads(line)
        return Answer(answer.get("text"), answer.get("error"), answer.get("seconds", 0.0))
