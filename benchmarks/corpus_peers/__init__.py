"""Other ways to filter a corpus, each a file with `run(pages.jsonl, folder)`."""
