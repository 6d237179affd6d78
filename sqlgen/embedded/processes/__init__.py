"""Processes of embedded servers: started, watched and ended."""
