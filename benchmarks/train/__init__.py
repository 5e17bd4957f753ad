"""Models that the benchmarks need: of each fold, without some languages."""
