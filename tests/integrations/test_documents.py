"""Document transformers of LangChain and LlamaIndex give the results of a detector."""

import pytest

import detector
from detector import Detector, Settings

MENU = "Home\nNews\nContact\nPrivacy policy\n© 2026 The Courier. All rights reserved."


def test_langchain(pages, clean):
    documents = pytest.importorskip("langchain_core.documents")
    from detector.integrations.langchain import PageCleaner

    given = [
        documents.Document(page_content=page, metadata={"source": "https://example.org/"}, id=str(number))
        for number, page in enumerate([*pages, MENU])
    ]
    found = PageCleaner(lines=True).transform_documents(given)
    assert [document.page_content for document in found] == clean
    assert [document.id for document in found] == ["0", "1"]
    assert found[0].metadata["source"] == "https://example.org/"
    assert found[1].metadata["detector_content_share"] == detector.score(pages[1]).content_share
    assert found[1].metadata["detector_lines"][0]["kind"] == "form"
    assert given[0].page_content == pages[0]
    markdown = PageCleaner(format="markdown").transform_documents(given[:1])
    assert markdown[0].page_content.startswith("# The mill")


def test_llama_index(pages, clean):
    pytest.importorskip("llama_index.core")
    from llama_index.core.ingestion import IngestionCache, IngestionPipeline
    from llama_index.core.schema import Document

    from detector.integrations.llama_index import PageCleaner

    given = [
        Document(text=page, id_=str(number), metadata={"url": "https://example.org/"})
        for number, page in enumerate([*pages, MENU])
    ]
    cache = IngestionCache()
    found = IngestionPipeline(transformations=[PageCleaner()], cache=cache).run(documents=given)
    assert [node.get_content() for node in found] == clean
    assert found[1].metadata["detector_verdict"] == detector.score(pages[1]).verdict.kind
    assert given[0].get_content() == pages[0]
    careful = Detector(settings=Settings(threshold=1.0))
    again = IngestionPipeline(transformations=[PageCleaner(detector=careful)], cache=cache).run(
        documents=given
    )
    assert "Leave a Reply" in again[1].get_content()
