"""A history of any size, written straight into the ledger's tables: `python -m bench.history ENTRIES [SHARE]`.

People, contracts and grants come from the ledger's own verbs. Only the jobs are written past them, set-based: holding
and settling millions one by one would take hours. `manage.py verify_ledger` finds nothing to complain about.
"""
