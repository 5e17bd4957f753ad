"""Integrations with other packages, one file each, named after the package: see docs/integrations.md.

Every file imports its package, which the extra of the same name installs. None of them has logic of
its own: they find the pages in the other package's objects and pass them to a `Detector`.
"""
