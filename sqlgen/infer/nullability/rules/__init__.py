"""The rules of nullability; importing a module of this folder registers those in it."""
