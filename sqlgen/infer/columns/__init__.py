"""An analysed statement -> the names, places and origins of its columns."""
