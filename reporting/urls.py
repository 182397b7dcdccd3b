"""The addresses of the reporting pages, below /management/reporting/."""

from django.urls import path

from reporting.views import behind, explain, keeping, tokens, usage

app_name = "reporting"
urlpatterns = [
    path("", tokens.index, name="index"),
    path("individual-tokens/", tokens.individual_tokens, name="individual-tokens"),
    path("shared-tokens/", tokens.shared_tokens, name="shared-tokens"),
    path("individual-usage/", usage.individual_usage, name="individual-usage"),
    path("by-user/", usage.by_user, name="by-user"),
    path("by-project/", usage.by_project, name="by-project"),
    path("token-events/", tokens.token_events, name="token-events"),
    path("expiring/", tokens.expiring, name="expiring"),
    path("jobs/", behind.jobs, name="jobs"),
    path("entries/", behind.entries, name="entries"),
    path("explain/balance/", explain.explain_balance, name="explain-balance"),
    path("explain/charge/<uuid:job_id>/", explain.explain_charge, name="explain-charge"),
    path("views/", keeping.save, name="save-view"),
    path("views/<uuid:view_id>/delete/", keeping.delete, name="delete-view"),
    path("columns/", keeping.columns, name="columns"),
    path("suggestions/", keeping.suggestions, name="suggestions"),
]
