"""Who takes the store's money: one small interface, and who stands behind it is the setting PAYMENT_PROVIDER.

`invoice` sends an invoice and asks for nothing; `dummy` is for demonstrations; `stripe` takes cards. Pages and the API
call `portal.payments.providers`; the tokens themselves are the ledger's matter (ledger/order_payments.py).
"""
