"""Connection string -> its parameters; text that may quote one -> the text without passwords."""

from .masking import SECRETS, mask_arguments, mask_excerpt, mask_urls, redact
from .reading import check_database_name, libpq_conninfo, parse_conninfo

__all__ = [
    "SECRETS",
    "check_database_name",
    "libpq_conninfo",
    "mask_arguments",
    "mask_excerpt",
    "mask_urls",
    "parse_conninfo",
    "redact",
]
