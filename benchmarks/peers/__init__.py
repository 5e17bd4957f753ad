"""The systems to measure, each called in an environment of its own.

A page is bytes for peers on HTML, and text for peers on text. An empty string means that the peer found
nothing. All errors are raised, and counted by the runner.
"""
