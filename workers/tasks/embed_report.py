"""Embeds a report that was added to a study whose images the model already knows."""

from cases.models import Report
from common.queue import EMBED_REPORT
from workers.drain import drains
from workers.tasks.embed_study import embed_reports


@drains(EMBED_REPORT)
def embed_report(report_id: str) -> None:
    report = Report.objects.select_related("study").filter(pk=report_id).first()
    if report is not None:
        embed_reports(report.study)
