"""Pages and what is known about them: sets, folds, planted corpora, training pages."""
