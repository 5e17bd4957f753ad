"""Models that the benchmarks need: for each fold, and without some languages."""
