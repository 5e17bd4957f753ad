"""Our own labels: which pages are drawn, what their readers see, and what became of the answers."""
