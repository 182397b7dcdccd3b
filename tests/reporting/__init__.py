"""The reports: figures, pages and files."""
