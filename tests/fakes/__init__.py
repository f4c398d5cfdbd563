"""The outside world, as strict as the real one."""
