"""ChromeRAG with a model of the page's site: its `learn`, then its `batch`, in its own environment.

Standard input: {"learn": [html, ...], "page": html} a line; standard output: {"text": ...} or
{"error": ...}. All pages get the address of one site, by which it groups them.
"""

import json
import sys
from typing import Any

from chromerag import ChromeRAG
from chromerag.batch import learn_chrome
from chromerag.site_chrome import select_model_for_url

from benchmarks.peers.chromerag import FRONT_MATTER, LINK, MARKS

ADDRESS = "https://example.org/"


def answer(request: dict[str, Any]) -> dict[str, str]:
    """Return the text of one page, extracted with what the others taught."""
    try:
        models = learn_chrome([(ADDRESS, html) for html in request["learn"]]) if request["learn"] else {}
        chrome = select_model_for_url(models, ADDRESS) if models else None
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
