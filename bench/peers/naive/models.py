"""A pool, its lots, services with a price, jobs, and a journal with idempotency keys."""

from django.conf import settings
from django.db import models


class Pool(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    available_mt = models.BigIntegerField()
    held_mt = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"Pool {self.pk}"


class Lot(models.Model):
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT)
    remaining_mt = models.BigIntegerField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Lot {self.pk}"


class Service(models.Model):
    code = models.CharField(max_length=100, unique=True)
    price_mt = models.BigIntegerField()

    def __str__(self) -> str:
        return self.code


class Job(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT)
    service = models.ForeignKey(Service, on_delete=models.PROTECT)
    price_mt = models.BigIntegerField()
    status = models.CharField(max_length=20, default="running")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Job {self.pk}"


class Transaction(models.Model):
    key = models.CharField(max_length=255, unique=True)
    job = models.ForeignKey(Job, on_delete=models.PROTECT)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key


class Entry(models.Model):
    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT)
    account = models.CharField(max_length=20)
    amount_mt = models.BigIntegerField()

    def __str__(self) -> str:
        return f"Entry {self.pk}"
