"""Every route: the API, DICOMweb, and the page for everything else."""

from django.urls import include, path, re_path

from cases import dicomweb
from config.page import page

urlpatterns = [
    path("api/", include("people.urls")),
    path("api/", include("cases.urls")),
    path("api/", include("reads.urls")),
    path("api/", include("learning.urls")),
    path("dicomweb/", include(dicomweb.urlpatterns)),
    re_path(r"^(?!api/|dicomweb/|assets/).*$", page, name="page"),
]
