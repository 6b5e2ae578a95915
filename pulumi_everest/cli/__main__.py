"""``python -m pulumi_everest.cli`` is the command `everest`."""

from pulumi_everest.cli.main import main

main()
