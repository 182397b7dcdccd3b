"""The ledger's tables, one module per subject."""

from ledger.models.adjustments import Adjustment, AdjustmentStatus
from ledger.models.audit import AuditEvent
from ledger.models.contracts import BUYERS, Contract, Invitation, Membership, Role
from ledger.models.jobs import LIVE_STATUSES, Job, JobStatus, Quote, RefundRequest, RefundStatus
from ledger.models.journal import EVENT_KINDS, POOL_ACCOUNTS, Account, Book, Entry, IdempotencyKey, Kind, Transaction
from ledger.models.orders import ActivationCode, Channel, Order, OrderStatus, Pack
from ledger.models.pools import SPENDING_ORDER, Lot, LotSource, Pool, PoolKind
from ledger.models.rates import Category, Product, Rate, RefundPolicy, Service
from ledger.models.seals import DailyRoot, RootPart, Seal, SigningKey
from ledger.models.subscriptions import (
    Benefit,
    BenefitStatus,
    Gift,
    GiftPeriod,
    GiftRule,
    Seat,
    Subscription,
)
from ledger.models.verification import CheckedBalance, Checkpoint, Finding, VerificationMode, VerificationRun

__all__ = [
    "BUYERS",
    "EVENT_KINDS",
    "LIVE_STATUSES",
    "POOL_ACCOUNTS",
    "SPENDING_ORDER",
    "Account",
    "ActivationCode",
    "Adjustment",
    "AdjustmentStatus",
    "AuditEvent",
    "Benefit",
    "BenefitStatus",
    "Book",
    "Category",
    "Channel",
    "CheckedBalance",
    "Checkpoint",
    "Contract",
    "DailyRoot",
    "Entry",
    "Finding",
    "Gift",
    "GiftPeriod",
    "GiftRule",
    "IdempotencyKey",
    "Invitation",
    "Job",
    "JobStatus",
    "Kind",
    "Lot",
    "LotSource",
    "Membership",
    "Order",
    "OrderStatus",
    "Pack",
    "Pool",
    "PoolKind",
    "Product",
    "Quote",
    "Rate",
    "RefundPolicy",
    "RefundRequest",
    "RefundStatus",
    "Role",
    "RootPart",
    "Seal",
    "Seat",
    "Service",
    "SigningKey",
    "Subscription",
    "Transaction",
    "VerificationMode",
    "VerificationRun",
]
