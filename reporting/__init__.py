"""Reads the ledger and shows it; writes nothing but its own rollups. Never imports portal."""
