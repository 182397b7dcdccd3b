"""Registers Django's admin with the operators' site. Not in portal.apps, where Django would look for the portal."""

from django.contrib.admin.apps import AdminConfig


class OperatorsAdmin(AdminConfig):
    """Django's admin, with the operators' site as the default one."""

    default_site = "portal.operator_site.OperatorSite"
