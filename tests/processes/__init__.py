"""Programs that tests run as real processes of their own."""
