"""Running the command line as `python -m shopweave.cli`."""

from shopweave.cli import main

main()
