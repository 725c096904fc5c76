"""The addresses below Administration > Timetable Management > Runs."""

from __future__ import annotations

from django.urls import path

from photosync.web.views import run_decisions, runs

urlpatterns = [
    path("", runs.runs, name="runs"),
    path("<int:run_id>/", runs.run, name="run"),
    path("<int:run_id>/live/", runs.run_live, name="run-live"),
    path("<int:run_id>/changes.csv", runs.run_csv, name="run-csv"),
    path("<int:run_id>/approve/", run_decisions.approve, name="run-approve"),
    path("<int:run_id>/discard/", run_decisions.discard, name="run-discard"),
    path("<int:run_id>/undo/", run_decisions.undo, name="run-undo"),
    path("<int:run_id>/cancel/", run_decisions.cancel, name="run-cancel"),
]
