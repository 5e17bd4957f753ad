"""Pages of the browser and an HTTP interface: what `detector serve` gives (extra `web`)."""
