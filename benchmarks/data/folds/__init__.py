"""Who may be trained on when: groups of pages, and their folds."""
