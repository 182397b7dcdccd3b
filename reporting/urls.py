"""The addresses of the reporting pages, below /management/reporting/."""

from django.urls import path

from reporting.views import behind, tokens, usage

app_name = "reporting"
urlpatterns = [
    path("", tokens.index, name="index"),
    path("individual-tokens/", tokens.individual_tokens, name="individual-tokens"),
    path("shared-tokens/", tokens.shared_tokens, name="shared-tokens"),
    path("individual-usage/", usage.individual_usage, name="individual-usage"),
    path("individual-usage.csv", usage.usage_file, name="usage-file"),
    path("jobs/", behind.jobs, name="jobs"),
    path("entries/", behind.entries, name="entries"),
]
