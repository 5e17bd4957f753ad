"""Other ways to filter a corpus, a file each: `run(pages.jsonl, folder)`."""
