"""The systems that are measured, each called in an environment of its own.

A page is bytes for peers on HTML, text for peers on text. An empty string means that the
peer found nothing; whatever goes wrong is raised, and counted by the runner.
"""
