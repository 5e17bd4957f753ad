"""The browser pages and the HTTP interface of `detector serve` (extra `web`)."""
