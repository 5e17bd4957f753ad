"""What recurs over the pages of a site: counts of lines, and the profile made of them."""
