"""The requirements of all modules -> the files that they share."""
