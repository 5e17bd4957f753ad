"""Lines that recur over the pages of a site, and the profile made of them."""
