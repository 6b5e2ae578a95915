"""What a component's own configuration is checked for: its syntax, or its settings one by one."""
