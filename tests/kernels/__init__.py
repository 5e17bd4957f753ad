"""Calls of kernels: recorded ones, ones with garbage, and calls of kernels that only tests use."""
