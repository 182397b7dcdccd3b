"""Tests of the verification: for every invariant a defect that it must find and name."""
