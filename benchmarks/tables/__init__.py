"""Results as tables in README.md and docs/."""
