"""Blocks of lines by their shape: lists, tables, code, verse, quotations, dialogue, posts, questions."""
