"""Many pages: the same flow, shard by shard, with what the corpus itself says of them.

plan ─▶ count line keys ─▶ merge ─▶ clean ─▶ near-duplicates ─▶ write ─▶ guard ─▶ publish
        (each shard)                (each)   (of what stays)    (each)
"""
