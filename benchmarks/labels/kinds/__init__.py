"""Lines labelled by kind and as copies: drawn pages, what readers get, what they answered."""
