"""Tests of the benchmark: it measures what it says, and does not rot while nobody runs it."""
