"""Labels of our own: which pages are drawn, what their readers see, and what became of it."""
