"""The server's counters, in the Prometheus text format."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_PAGES: Final = (1, 2, 4, 8, 16, 32, 64)


class Metrics:
    """The counters of one server."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        named = ("path", "status")
        self.requests = Counter(
            "detector_requests", "Requests, by path and status.", named, registry=self._registry
        )
        self.seconds = Histogram(
            "detector_request_seconds",
            "Seconds from request to answer.",
            ("path",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.batch = Histogram(
            "detector_batch_pages",
            "Number of pages scored together.",
            buckets=_PAGES,
            registry=self._registry,
        )
        self.waiting = Gauge("detector_waiting_pages", "Pages waiting to be scored.", registry=self._registry)
        self.held = Gauge("detector_held_bytes", "Bytes of requests in memory.", registry=self._registry)
        self.stopped = Counter(
            "detector_stopped", "Tasks stopped because they cost too much.", registry=self._registry
        )

    def text(self) -> bytes:
        """Return all counters as text."""
        return generate_latest(self._registry)
