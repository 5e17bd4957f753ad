"""Other ways to filter a corpus, one file each: `run(pages.jsonl, folder)`."""
