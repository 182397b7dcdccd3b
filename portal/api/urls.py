"""The addresses of the API: everything below /api/."""

from django.urls import path, re_path

from portal.api.docs import Docs, Document
from portal.api.fallback import no_such_address
from portal.api.views import batches, benefits, callers, exports, jobs, orders, pools, rates, refunds, usage

urlpatterns = [
    path("schema/", Document.as_view(), name="api-schema"),
    path("docs/", Docs.as_view(url_name="api-schema"), name="api-docs"),
    path("v1/me", callers.Me.as_view()),
    path("v1/contracts", callers.Contracts.as_view()),
    path("v1/contracts/<uuid:contract_id>", callers.OneContract.as_view()),
    path("v1/pools", pools.Pools.as_view()),
    path("v1/pools/<uuid:pool_id>", pools.OnePool.as_view()),
    path("v1/pools/<uuid:pool_id>/lots", pools.PoolLots.as_view()),
    path("v1/pools/<uuid:pool_id>/entries", pools.PoolEntries.as_view()),
    path("v1/allocations", pools.Allocations.as_view()),
    path("v1/services", rates.Services.as_view()),
    path("v1/rates", rates.Rates.as_view()),
    path("v1/packs", rates.Packs.as_view()),
    path("v1/quotes", rates.Quotes.as_view()),
    path("v1/jobs", jobs.Jobs.as_view()),
    path("v1/jobs/batch", batches.JobsBatch.as_view()),
    path("v1/jobs/settle", batches.JobsSettle.as_view()),
    path("v1/jobs/<uuid:job_id>", jobs.OneJob.as_view()),
    path("v1/jobs/<uuid:job_id>/results", jobs.JobResults.as_view()),
    path("v1/jobs/<uuid:job_id>/complete", jobs.JobComplete.as_view()),
    path("v1/jobs/<uuid:job_id>/fail", jobs.JobFail.as_view()),
    path("v1/jobs/<uuid:job_id>/cancel", jobs.JobCancel.as_view()),
    path("v1/jobs/<uuid:job_id>/refund-requests", jobs.JobRefundRequests.as_view()),
    path("v1/refund-requests", refunds.RefundRequests.as_view()),
    path("v1/refund-requests/<uuid:request_id>/approve", refunds.RefundApprove.as_view()),
    path("v1/refund-requests/<uuid:request_id>/decline", refunds.RefundDecline.as_view()),
    path("v1/orders", orders.Orders.as_view()),
    path("v1/orders/<uuid:order_id>", orders.OneOrder.as_view()),
    path("v1/orders/<uuid:order_id>/approve", orders.OrderApprove.as_view()),
    path("v1/orders/<uuid:order_id>/cancel", orders.OrderCancel.as_view()),
    path("v1/benefits", benefits.Benefits.as_view()),
    path("v1/benefits/<uuid:benefit_id>/approve", benefits.BenefitApprove.as_view()),
    path("v1/benefits/<uuid:benefit_id>/refuse", benefits.BenefitRefuse.as_view()),
    path("v1/usage", usage.Usage.as_view()),
    path("v1/usage/export", exports.UsageExport.as_view()),
    path("v1/operations/<uuid:operation_id>", exports.OneOperation.as_view()),
    path("v1/operations/<uuid:operation_id>/file", exports.OperationFile.as_view()),
    re_path("", no_such_address),
]
