"""How the site starts, what it logs and which headers it sends."""
