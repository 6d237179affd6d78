"""An analysed statement -> for each value in it, whether it may be NULL, and why."""
