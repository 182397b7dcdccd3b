"""What each figure of the reports means: one text each, shown by `{% what %}` beside the figure on every page."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Definition:
    """A figure's name and what it counts, in words that hold on every page."""

    title: Promise
    text: Promise


DEFINITIONS: Final = {
    "available": Definition(
        _("Available"), _("Tokens that can be spent now. What expires is no longer in here, from that very instant.")
    ),
    "held": Definition(
        _("Held"),
        _(
            "Tokens set aside for jobs that have no result yet. The first result charges them; otherwise they "
            "come back."
        ),
    ),
    "used": Definition(_("Used"), _("Tokens charged for jobs, less what was refunded, since the pool exists.")),
    "expired": Definition(_("Expired"), _("Tokens that were unspent when their lot expired.")),
    "total": Definition(
        _("Total"),
        _(
            "Available, held, used and expired together: all that this pool ever received, less what moved to "
            "other pools."
        ),
    ),
    "share": Definition(
        _("Share available"),
        _(
            "Available tokens as a part of the total. Good or low is judged by another measure: good while more "
            "than 20 % of what was granted in the lots that have not expired is available. Exactly 20 % is low."
        ),
    ),
    "lots": Definition(
        _("Lots"),
        _(
            "Each grant or purchase is a lot with its own expiry. The earliest expiry is spent first; lots "
            "without expiry last."
        ),
    ),
    "jobs": Definition(
        _("Jobs charged"),
        _(
            "Jobs that were charged, also at zero tokens. A job paid from two pools counts once, at the pool it "
            "was paid from first."
        ),
    ),
    "charged": Definition(
        _("Charged"),
        _(
            "Tokens consumed: a job is charged at its first result, on that day. Tokens that are only held are "
            "not in here."
        ),
    ),
    "refunded": Definition(_("Refunded"), _("Tokens given back, on the day of the refund, whenever the charge was.")),
    "net": Definition(
        _("Net"), _("Charged less refunded. It is negative where more was refunded than charged in the range.")
    ),
    "before": Definition(
        _("Period before"),
        _("The net of as many days just before the range. Ranges without a beginning or an end have none."),
    ),
    "change": Definition(_("Change"), _("The net of the range less the net of the period before.")),
    "days": Definition(
        _("Tokens per day"),
        _(
            "The net of each day (UTC). Days without usage are zero. The period before is laid over it day by "
            "day: its first day on the first day of the range."
        ),
    ),
    "calendar": Definition(
        _("Calendar"),
        _(
            "The net of each of the 365 days (UTC) up to the last day of the range. Five steps of colour; the "
            "darkest is the day with most tokens."
        ),
    ),
    "bars": Definition(
        _("Bars"),
        _("The net of each line of the table; the longest bar is the largest of all of them, not of this page alone."),
    ),
    "expiring": Definition(
        _("Expiring"),
        _(
            "What remains available in lots whose expiry falls within so many days from now. Held tokens are not "
            "in here: they may still be charged."
        ),
    ),
    "days-left": Definition(
        _("Days left"), _("Whole days from now until the lot's tokens expire; the last day counts as less than one.")
    ),
    "event": Definition(
        _("Token events"),
        _(
            "What changed the pool other than jobs being paid: granted, purchased, allocated, taken back, "
            "refunded, expired and adjusted tokens."
        ),
    ),
    "opening": Definition(
        _("Opening balance"), _("What was available at the first instant, counting every entry up to and including it.")
    ),
    "closing": Definition(
        _("Closing balance"),
        _(
            "What was available at the second instant. Opening and the terms between always add up to it; this "
            "page checks that they do."
        ),
    ),
    "granted": Definition(_("Granted"), _("Gifts that came with subscriptions.")),
    "bought": Definition(_("Bought"), _("Tokens purchased in packs.")),
    "allocated": Definition(
        _("Allocated"),
        _(
            "Tokens moved between the shared pool and individual pools, in either direction. Negative where more "
            "left this pool than came."
        ),
    ),
    "adjusted": Definition(_("Adjusted"), _("Corrections by the operator, each with a reason.")),
    "held-more": Definition(
        _("Held"),
        _("By how much the tokens set aside for running jobs grew. Negative where holds were charged or released."),
    ),
    "required": Definition(
        _("Required"), _("The price of one job times the number of jobs, at the rate that the quote froze.")
    ),
    "will-remain": Definition(
        _("Will remain"),
        _("What is available now less what is required. Tokens are held at once when you press Generate."),
    ),
    "price": Definition(_("Price"), _("What was held when the job started. A job never costs more than its price.")),
    "held-now": Definition(
        _("Held now"), _("The job's price while it has no result yet; nothing once it is charged or has ended.")
    ),
    "consumed": Definition(
        _("Consumed"), _("What the first result charged. Later results cost nothing; a refund is counted beside it.")
    ),
    "given-back": Definition(_("Refunded"), _("What went back to the very lots that this job was paid from.")),
    "results": Definition(
        _("Results"), _("Iterations or outcomes that the service reported. The first one charges the job.")
    ),
    "services-used": Definition(
        _("Services used"), _("Services with at least one charge from this pool in the last 90 days (UTC).")
    ),
    "users-active": Definition(
        _("Users active"), _("People with at least one job charged to this pool in the last 90 days (UTC).")
    ),
    "used-lately": Definition(
        _("Tokens used, net"), _("Charged less refunded from this pool in the last 90 days (UTC), up to now.")
    ),
    "lot-amount": Definition(_("Amount"), _("What was put into the lot, less what moved on to another pool.")),
    "lot-remaining": Definition(_("Remaining"), _("What of the lot can be spent now. Held tokens are not in here.")),
    "entries-sum": Definition(
        _("Sum of these entries"),
        _("All entries that match, of all pages, added up. Taken from an account they count negative."),
    ),
    "held-besides": Definition(
        _("Held"), _("Tokens set aside for running jobs at the second instant. They are in neither balance above.")
    ),
}
