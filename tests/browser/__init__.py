"""What people see: the pages in a real Chromium."""
