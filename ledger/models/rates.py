"""What can be charged: products, cloud services and their effective-dated rates."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.ids import new_id


class Product(models.Model):
    """A desktop product or platform that cloud services belong to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=100, unique=True)
    has_benefits = models.BooleanField(
        default=True, help_text="Off for excluded products, which earn no gifts. Source: InfraWorks seed, 360 LT."
    )

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Category(models.TextChoices):
    """The kinds of cloud service that usage is reported by. Source: InfraWorks seed, first paragraph."""

    OPTIMIZATION = "optimization", _("Optimization")
    ANALYSIS = "analysis", _("Analysis")
    SIMULATION = "simulation", _("Simulation")
    MODEL_CREATION = "model_creation", _("Model creation")
    RENDERING = "rendering", _("Rendering")
    GENERATIVE_DESIGN = "generative_design", _("Generative design")
    OTHER = "other", _("Other")


class RefundPolicy(models.TextChoices):
    """When a captured charge is given back."""

    BEFORE_FIRST_RESULT = "before_first_result", _("Only before the first result")
    ON_FAILURE_OR_CANCEL = "on_failure_or_cancel", _("On failure or cancel")


class Service(models.Model):
    """A cloud service that is charged per unit."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=100, unique=True, help_text="Stable name for API clients.")
    name = models.CharField(max_length=200)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="services")
    category = models.CharField(max_length=20, choices=Category, default=Category.OTHER)
    unit = models.CharField(max_length=60, help_text="What one of it is called: study, km, megapixel, ...")
    refund_policy = models.CharField(max_length=24, choices=RefundPolicy)
    hold_timeout_s = models.PositiveIntegerField(
        null=True,
        blank=True,
        default=86_400,
        help_text="Seconds until a hold nobody settled is released; empty: never.",
    )
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["product__name", "name"]

    def __str__(self) -> str:
        return self.name


class Rate(models.Model):
    """The price of a service while it is in effect: `amount_mt` per started `step_m`, at least `minimum_mt`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="rates")
    amount_mt = models.PositiveBigIntegerField(help_text="Milli-tokens per started step.")
    step_m = models.PositiveBigIntegerField(default=1000, help_text="Thousandths of the unit that one step covers.")
    minimum_mt = models.PositiveBigIntegerField(default=0)
    covered_by = models.CharField(max_length=200, blank=True, help_text="Why the price is zero, where it is.")
    effective_from = models.DateTimeField()
    effective_until = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=20, default="demo", help_text="seed, help or demo.")

    class Meta:
        ordering: ClassVar = ["service", "-effective_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "effective_from"], name="rate_one_per_start"),
            models.CheckConstraint(name="rate_step_positive", condition=Q(step_m__gt=0)),
            models.CheckConstraint(
                name="rate_ends_after_start",
                condition=Q(effective_until__isnull=True) | Q(effective_until__gt=F("effective_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} from {self.effective_from:%Y-%m-%d}"
