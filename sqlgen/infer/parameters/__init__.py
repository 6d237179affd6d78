"""An analysed statement -> the names and nullability of its parameters."""
