"""The benchmarks, a file each: every result in benchmarks/results/ is written here."""
