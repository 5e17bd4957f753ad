"""One file per peer: `extract(page, language) -> str`, run in the peer's own environment.

A page is bytes for peers on HTML, text for peers on text. An empty string means that the
peer found nothing; whatever goes wrong is raised, and counted by the runner.
"""
