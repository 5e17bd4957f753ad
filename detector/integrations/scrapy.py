"""Scrapy: an item pipeline that cleans pages as they are crawled.

    ITEM_PIPELINES = {"detector.integrations.scrapy.PageCleaner": 300}
    DETECTOR_FIELD = "html"                # the field of an item with the page, "html" by default
    DETECTOR_TEXT = "text"                 # the field for the clean text
    DETECTOR_DROP = ["consent wall", "error"]
    DETECTOR_MODEL, DETECTOR_PROFILE, DETECTOR_SETTINGS    # a folder, a file, a TOML file

An item is dropped, with the reason, if its page is of a kind in `DETECTOR_DROP` or has no content.
"""

from pathlib import Path
from typing import Any

from detector.extras import need

need("scrapy", "scrapy", "detector.integrations.scrapy")

from itemadapter import ItemAdapter  # noqa: E402  (after the word on how to get it)
from scrapy.crawler import Crawler  # noqa: E402
from scrapy.exceptions import DropItem  # noqa: E402

from detector.detector import Detector  # noqa: E402
from detector.errors import DetectorError  # noqa: E402
from detector.integrations.columns import as_page, metadata, scored_or_missing  # noqa: E402
from detector.settings import Settings  # noqa: E402


class PageCleaner:
    """Adds the clean text, verdict and share of content of its page to an item.

    Parameters
    ----------
    detector : Detector, optional
        The default model and settings if not given.
    field, text : str
        The fields with the page and for the clean text.
    drop : sequence of str
        The kinds of pages to drop.
    """

    def __init__(
        self,
        detector: Detector | None = None,
        field: str = "html",
        text: str = "text",
        drop: tuple[str, ...] = (),
    ) -> None:
        self.detector, self.field, self.text, self.drop = detector or Detector(), field, text, drop

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "PageCleaner":
        """Make the pipeline of a crawler from its settings."""
        said = crawler.settings
        path = said.get("DETECTOR_SETTINGS")
        return cls(
            Detector(
                said.get("DETECTOR_MODEL"),
                None if path is None else Settings.read(Path(path)),
                said.get("DETECTOR_PROFILE"),
            ),
            said.get("DETECTOR_FIELD", "html"),
            said.get("DETECTOR_TEXT", "text"),
            tuple(said.getlist("DETECTOR_DROP")),
        )

    def process_item(self, item: Any) -> Any:  # noqa: ANN401
        """Return the item with its clean text, or raise `DropItem` with the reason."""
        fields = ItemAdapter(item)
        page = scored_or_missing([as_page(fields[self.field], fields.get("url"))], self.detector)[0]
        if page is None or isinstance(page, DetectorError):
            raise DropItem(f"not a page: {page}")
        if page.verdict is not None and page.verdict.kind in self.drop:
            raise DropItem(page.verdict.text)
        if not page.clean_text:
            raise DropItem("nothing on the page is content")
        fields[self.text] = page.clean_text
        for name, value in metadata(page).items():
            if name in fields.field_names() or isinstance(item, dict):
                fields[name] = value
        return item
