"""Running a Pulumi program in this process, without an engine."""
