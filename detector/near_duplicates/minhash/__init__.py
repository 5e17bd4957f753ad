"""Texts to shingles, MinHash signatures and band keys."""
