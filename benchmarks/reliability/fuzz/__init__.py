"""A fuzzer for everything that reads files or requests."""
