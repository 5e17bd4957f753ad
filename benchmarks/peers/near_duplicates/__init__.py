"""Systems that find near-duplicates, a file each: a corpus in, pairs and removed positions out.

They run in their own environments, so they import the standard library and themselves.
"""
