"""One loader for each kind of set: files to pages with what is known of them."""
