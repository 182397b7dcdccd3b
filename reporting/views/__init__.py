"""The reporting pages. All of them read; only keeping.py writes, and what people keep alone."""
