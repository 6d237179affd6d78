"""Plain data -> JSON on one line."""

import json
from json.encoder import encode_basestring
from typing import Final

encoded: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
"""Any data, the keys of objects in order."""

quoted: Final = encode_basestring
"""A string, which is most of a lock: just what `encoded` makes of it, without its ceremony."""
