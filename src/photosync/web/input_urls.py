"""The addresses of Sync UI > Inputs."""

from __future__ import annotations

from django.urls import path

from photosync.web.views import input_deliveries, input_pictures, input_sending, inputs

ONE = "<int:input_id>/"
DELIVERY = f"{ONE}deliveries/<int:delivery_id>/"
ARCHIVE = f"{DELIVERY}archives/<int:archive_id>/"

urlpatterns = [
    path("", inputs.inputs, name="inputs"),
    path("new/", inputs.new_input, name="input-new"),
    path(ONE, inputs.one_input, name="input"),
    path(f"{ONE}edit/", inputs.edit_input, name="input-edit"),
    path(f"{ONE}clone/", inputs.clone, name="input-clone"),
    path(f"{ONE}clear/", inputs.clear, name="input-clear"),
    path(f"{ONE}delete/", inputs.delete, name="input-delete"),
    path(f"{ONE}files/<int:held_file_id>/remove/", inputs.remove, name="input-file-remove"),
    path(f"{ONE}files/<int:held_file_id>/picture/", input_pictures.picture, name="input-picture"),
    path(f"{ONE}deliver/", input_deliveries.deliver, name="input-deliver"),
    path(f"{ONE}deliveries/begin/", input_sending.begin, name="delivery-begin"),
    path(DELIVERY, input_deliveries.delivery, name="delivery"),
    path(f"{DELIVERY}finish/", input_deliveries.finish, name="delivery-finish"),
    path(f"{DELIVERY}drop/", input_deliveries.drop, name="delivery-drop"),
    path(f"{DELIVERY}missing/", input_sending.missing, name="delivery-missing"),
    path(f"{DELIVERY}file/", input_sending.file, name="delivery-file"),
    path(f"{DELIVERY}archives/", input_sending.begin_zip, name="delivery-archives"),
    path(ARCHIVE, input_sending.part, name="delivery-part"),
    path(f"{ARCHIVE}take-out/", input_deliveries.take_out, name="delivery-take-out"),
]
