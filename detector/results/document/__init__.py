"""The kept part of a page as a document: one clean tree, written as HTML, Markdown or TEI."""
