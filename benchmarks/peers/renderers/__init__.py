"""What turns HTML into lines, a file each: `extract(page, language) -> str`, the page as bytes."""
