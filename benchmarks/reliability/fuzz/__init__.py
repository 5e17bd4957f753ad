"""A fuzzer of everything that reads files or requests."""
