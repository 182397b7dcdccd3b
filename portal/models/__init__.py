"""The portal's own tables, one module per subject. Nothing here owns tokens."""

from portal.models.counters import Counter
from portal.models.exports import Export, ExportSchedule
from portal.models.heartbeat import Heartbeat
from portal.models.notices import LowPool, Notice, NoticeChoice
from portal.models.preferences import Preference, ServicePool
from portal.models.service_clients import ServiceClient
from portal.models.sign_ins import SignIn
from portal.models.support_requests import SupportRequest
from portal.models.task_runs import TaskRun

__all__ = [
    "Counter",
    "Export",
    "ExportSchedule",
    "Heartbeat",
    "LowPool",
    "Notice",
    "NoticeChoice",
    "Preference",
    "ServiceClient",
    "ServicePool",
    "SignIn",
    "SupportRequest",
    "TaskRun",
]
