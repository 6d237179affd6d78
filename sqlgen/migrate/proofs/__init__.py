"""Scratch databases -> whether migrations do what they should: verify and squash."""
