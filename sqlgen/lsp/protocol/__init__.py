"""bytes <-> messages: the part of JSON-RPC 2.0 that language servers use; pure."""
