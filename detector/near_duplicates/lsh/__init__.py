"""Band keys to candidate pairs."""
