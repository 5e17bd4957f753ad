"""Pages to lines and segments: decoding, plain text, HTML, words."""
