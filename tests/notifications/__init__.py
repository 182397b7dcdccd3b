"""Tests of the mails that people expect."""
