"""Not begun: the stubs as they were released."""
