"""Reads the ledger and shows it; writes nothing but its rollups and what people keep of it. Never imports portal."""
