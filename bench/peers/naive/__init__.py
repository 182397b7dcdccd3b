"""The charge that everybody writes first: a DRF view, the ORM, a row lock, about ten statements. In our environment."""
