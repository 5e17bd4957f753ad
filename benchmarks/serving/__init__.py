"""Servers under load: the clients, and a plain server for the peers."""
