"""A module with the names of another one."""

from os.path import *
