"""What the kernel keeps an embedded server from."""
