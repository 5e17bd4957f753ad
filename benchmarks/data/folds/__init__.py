"""Which pages a model may be trained on: groups of pages and their folds."""
