"""The steps of a corpus run, each over one shard or over all of them."""
