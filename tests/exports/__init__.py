"""Tests of exports: what is in the files, who may have them, and how the worker makes them."""
