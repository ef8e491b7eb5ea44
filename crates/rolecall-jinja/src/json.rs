//! JSON text, read as Python's `json.loads` reads it.
