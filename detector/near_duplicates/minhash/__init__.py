"""From texts to shingles, MinHash signatures and band keys."""
