"""A file -> its statements run, in one transaction or one by one."""
