"""The reporting pages: each view reads, none writes."""
