"""The physical limit on the same server: the same rows as one hold of ours, written by one function call."""
