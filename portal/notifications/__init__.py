"""Mails that people expect: found by looking at the database, each kept under a key, sent once by the worker.

Looking, and not being told, covers every door (pages, API, operators) and keeps mail out of the ledger's transactions.
"""
