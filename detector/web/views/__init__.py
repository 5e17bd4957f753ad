"""The browser pages, and the calls that only they make."""
