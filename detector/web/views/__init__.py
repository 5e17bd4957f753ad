"""The pages of the browser, and the calls that only they make."""
