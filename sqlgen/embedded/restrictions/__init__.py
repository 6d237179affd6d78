"""The restrictions of an embedded server, which the kernel enforces."""
