"""Benchmarks: data sets, peers, measures, and the programs that compute every published number."""
