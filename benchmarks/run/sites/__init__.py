"""Runs over sites: profiles, and the decisions that a site changes."""
