"""From pages to lines, segments and words: decoding, formats, HTML and plain text."""
