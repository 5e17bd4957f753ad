"""Other people's pipelines, one file each, named as their package: see docs/integrations.md.

Every file needs its package, which the extra of the same name installs, and imports it at once. None of
them holds logic: they say what a page is called there, and pass it to a `Detector`.
"""
