"""Calls of kernels: recorded, with garbage in them, and of kernels that only tests call."""
