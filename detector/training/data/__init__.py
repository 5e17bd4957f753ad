"""From labelled pages to examples."""
