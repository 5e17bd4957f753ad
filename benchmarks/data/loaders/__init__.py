"""One loader for each kind of set: from files to pages with their truth."""
