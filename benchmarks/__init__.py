"""Yardsticks: data sets, peers, measures, and the programs that make every published number."""
