"""ChromeRAG with a model of the page's site: its `learn`, then its `batch`, in its own environment.

Standard input: {"learn": [html, ...], "page": html} a line; standard output: {"text": ...} or
{"error": ...}. Pages get addresses of one folder of one site, by which it groups them, each its
own: it counts an address once.
"""

import json
import sys
from typing import Any

from chromerag import ChromeRAG
from chromerag.batch import learn_chrome
from chromerag.site_chrome import select_model_for_url

from benchmarks.peers.chromerag import FRONT_MATTER, LINK, MARKS

ADDRESS = "https://example.org/pages/{}.html"


def answer(request: dict[str, Any]) -> dict[str, str]:
    """Return the text of one page, extracted with what the others taught."""
    try:
        pages = [(ADDRESS.format(number), html) for number, html in enumerate(request["learn"])]
        models = learn_chrome(pages) if pages else {}
        chrome = select_model_for_url(models, ADDRESS.format("new")) if models else None
        markdown = ChromeRAG(site_chrome=chrome).extract(request["page"]).markdown
    except Exception as problem:  # the peer's edge: counted and shown by the runner
        return {"error": f"{type(problem).__name__}: {problem}"[:300]}
    body = MARKS.sub("", LINK.sub(r"\1", FRONT_MATTER.sub("", markdown)))
    return {"text": body.replace(" | ", "\t").replace("\\", "")}


def main() -> None:
    """Answer each line of standard input with a line."""
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
