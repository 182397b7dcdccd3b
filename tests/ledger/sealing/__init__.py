"""Tests of the seals, the daily roots and the receipts."""
