"""From one release of a plugin to a newer one."""
