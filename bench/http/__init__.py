"""Measures over HTTP: real servers, as docs/operations.md has them started, and a load generator."""
