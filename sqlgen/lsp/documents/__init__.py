"""The texts in the editor, and places in them: lines and UTF-16 code units there, characters here; pure."""
