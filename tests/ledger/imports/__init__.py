"""Importing job logs: readers, rules, the oracle, and the real log."""
