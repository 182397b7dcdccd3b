"""The view: token, key, row lock, price, lots, job, transaction, two entries, balances."""

from typing import Any

from django.db.transaction import atomic
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bench.peers.naive.models import Entry, Job, Lot, Pool, Service, Transaction


class JobBody(serializers.Serializer[Any]):
    service = serializers.CharField(max_length=100)


class JobAnswer(serializers.ModelSerializer[Job]):
    class Meta:
        model = Job
        fields = ("id", "user", "pool", "service", "price_mt", "status", "created_at")


class Jobs(APIView):
    def post(self, request: Request) -> Response:
        body = JobBody(data=request.data)
        body.is_valid(raise_exception=True)
        key = request.headers["Idempotency-Key"]
        with atomic():
            if known := Transaction.objects.filter(key=key).select_related("job").first():
                return Response(JobAnswer(known.job).data, status=201)
            pool = Pool.objects.select_for_update().get(user=request.user)
            service = Service.objects.get(code=body.validated_data["service"])
            if pool.available_mt < service.price_mt:
                return Response({"detail": "insufficient tokens"}, status=402)
            job = Job.objects.create(user=request.user, pool=pool, service=service, price_mt=service.price_mt)
            transaction = Transaction.objects.create(key=key, job=job)
            _spend(pool, service.price_mt, transaction)
        return Response(JobAnswer(job).data, status=201)


def _spend(pool: Pool, price_mt: int, transaction: Transaction) -> None:
    left_mt = price_mt
    for lot in Lot.objects.filter(pool=pool, remaining_mt__gt=0).order_by("expires_at"):
        part_mt = min(left_mt, lot.remaining_mt)
        lot.remaining_mt -= part_mt
        lot.save()
        Entry.objects.create(transaction=transaction, lot=lot, account="available", amount_mt=-part_mt)
        Entry.objects.create(transaction=transaction, lot=lot, account="held", amount_mt=part_mt)
        left_mt -= part_mt
        if not left_mt:
            break
    pool.available_mt -= price_mt
    pool.held_mt += price_mt
    pool.save()
