"""What Pulumi runs for PulumiPlugin.yaml: the provider process for programs in other languages."""

from pulumi_everest.serving.serve import main

main()
