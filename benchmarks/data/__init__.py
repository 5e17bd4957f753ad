"""Pages and what is known of them: sets, folds, planted corpora, training pages."""
