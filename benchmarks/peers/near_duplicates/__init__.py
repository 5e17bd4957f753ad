"""Systems that find near-duplicates, one file each: from a corpus to pairs and removed positions.

They run in their own environments, so they import only the standard library and themselves.
"""
