"""Lines labelled by kind and as copies: drawn pages, reading jobs, and answers."""
