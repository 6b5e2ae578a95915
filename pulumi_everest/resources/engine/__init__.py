"""The private sides of Pulumi's SDK and engine, each in one place."""
