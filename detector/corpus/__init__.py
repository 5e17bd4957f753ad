"""Cleaning many pages, shard by shard, with the counts of their sites.

survey ─▶ read and count ─▶ merge ─▶ clean ─▶ near-duplicates ─▶ passages ─▶ write ─▶ loss limit ─▶ publish
          (each shard)               (each)   (of clean texts)    (each)
"""
