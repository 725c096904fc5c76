"""The addresses of Help."""

from __future__ import annotations

from django.urls import path

from photosync.web.views import help_articles, help_feedback

urlpatterns = [
    path("", help_articles.help_home, name="help"),
    path("feedback/", help_feedback.feedback_list, name="help-feedback"),
    path("feedback/feedback.csv", help_feedback.feedback_csv, name="help-feedback-csv"),
    path("feedback/<int:feedback_id>/dealt-with/", help_feedback.deal_with, name="help-feedback-dealt-with"),
    path("<slug:slug>/", help_articles.help_article, name="help-article"),
    path("<slug:slug>/feedback/", help_articles.answer, name="help-answer"),
]
