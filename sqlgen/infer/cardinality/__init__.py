"""An analysed statement -> how many rows it gives."""
