"""Lines that recur on the pages of a site, and site profiles."""
