"""`python -m detector` is the same as `detector`."""

from detector.cli.main import main

main()
