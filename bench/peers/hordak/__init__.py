"""django-hordak: double entry without idempotency, holds or lots. Measured: a bare transfer, one never below zero."""
