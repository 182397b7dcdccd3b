"""`POST /jobs`."""

from django.urls import path

from bench.peers.naive.views import Jobs

urlpatterns = [path("jobs", Jobs.as_view())]
