"""The addresses of Review."""

from __future__ import annotations

from django.urls import path

from photosync.web.views import review

urlpatterns = [
    path("", review.review, name="review"),
    path("decide/", review.review_decide, name="review-decide"),
    path("undo/", review.review_undo, name="review-undo"),
    path("files/<int:file_id>/<slug:size>.jpg", review.review_picture, name="review-picture"),
]
