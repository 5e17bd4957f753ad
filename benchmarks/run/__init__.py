"""The benchmarks, one file each. They write the results in benchmarks/results/."""
