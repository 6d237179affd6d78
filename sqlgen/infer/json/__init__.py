"""An analysed statement -> the shapes of its JSON columns."""
