"""Plain data -> JSON on one line."""

import json
from json.encoder import encode_basestring
from typing import Final

encoded: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
"""Return any data as JSON, with the keys of objects sorted."""

quoted: Final = encode_basestring
"""Return a string as JSON, as `encoded` does but faster; most of a lock is strings."""
