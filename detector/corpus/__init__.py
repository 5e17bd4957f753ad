"""Many pages: the same flow, shard by shard, with what the corpus itself says of them.

survey ─▶ read and count ─▶ merge ─▶ clean ─▶ near-duplicates ─▶ write ─▶ loss limit ─▶ publish
          (each shard)               (each)   (of what stays)    (each)
"""
