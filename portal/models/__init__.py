"""The portal's own tables, one module per subject. Nothing here owns tokens."""

from portal.models.heartbeat import Heartbeat

__all__ = ["Heartbeat"]
