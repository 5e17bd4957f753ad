"""Readable definitions of what the kernels compute, for the tests to compare them with."""
