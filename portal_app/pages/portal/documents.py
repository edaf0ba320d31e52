"""The person's documents: what is to do, what is finished, scores over time, and files."""

from dataclasses import replace

from portal_app import live
from portal_app.components.button import Button
from portal_app.components.panel import page_body, page_head
from portal_app.components.panel import section as headed
from portal_app.components.papers import PaperList, scores_link, trends_html, uploads_html
from portal_app.components.states import empty
from portal_app.components.tag import Tag
from portal_app.components.upload import Upload
from portal_app.data.schemas.papers import PapersView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import section
from portal_app.rules.permissions import Permission
from portal_app.services.documents import filling, uploads
from portal_app.services.worker import run


@section(
    "portal",
    "/{chart}/documents",
    needs=Permission.DOCUMENTS_FILL,
    title="Documents",
    nav="documents",
    load=filling.overview,
)
def documents_page(visit: Visit, view: PapersView) -> None:
    """List the documents of a chart."""
    DocumentsPage(visit, view)


class DocumentsPage:
    """The list, kept up to date."""

    def __init__(self, visit: Visit, view: PapersView) -> None:
        """Draw it."""
        self._visit, self._chart, self._view = visit, visit.chart, view
        base = f"/portal/{self._chart}/documents"
        with page_body():
            head = page_head("Documents", "Forms to fill out, questions to answer, papers to sign.")
            upload = Upload(
                "Upload a file",
                f"/document-uploads/{self._chart}",
                uploads.FILE_BYTES_MOST,
                self._kept,
            )
            with head:
                upload.button("Upload a file")
            with headed("To do", "lw-docs"):
                self._to_do = PaperList(base)
                self._none = empty(
                    "Nothing to fill out.", "We will let you know when there is.", "file-check",
                    level=3,
                )  # fmt: skip
            with headed("Finished", "lw-docs lw-next"):
                self._finished = PaperList(base)
                self._nothing = Tag("p", "lw-soft", "Nothing is finished yet.")
                with Tag("p", "lw-secline"):
                    self._more = Button("Show more", self._show_more, kind="txt", repeatable=True)
            with headed("Your scores", "lw-next") as self._scores:
                self._trends = Tag("div", "lw-trends")
                scores_link(f"/scores/{self._chart}")
            with headed("Your files", "lw-next") as self._files:
                self._uploads = Tag("div")
        self._show()
        live.subscribe(view.topic, self.refresh)

    def _show(self) -> None:
        view, wall = self._view, self._visit.wall
        self._to_do.fill(view.to_do, wall)
        self._none.show(on=not view.to_do)
        self._finished.fill(view.finished, wall)
        self._nothing.show(on=not view.finished)
        self._more.show(on=bool(view.more))
        self._trends.set_html(trends_html(view.trends, wall.zone))
        self._scores.show(on=bool(view.trends))
        self._uploads.set_html(uploads_html(view.uploads, wall))
        self._files.show(on=bool(view.uploads))

    async def refresh(self) -> None:
        """Read the list again."""
        view = await run(filling.overview, self._visit.actor, self._chart)
        if not self._to_do.is_deleted and view != self._view:
            self._view = view
            self._show()

    async def _show_more(self) -> None:
        older = await run(filling.overview, self._visit.actor, self._chart, self._view.more)
        self._view = replace(
            self._view, finished=self._view.finished + older.finished, more=older.more
        )
        self._show()

    async def _kept(self, name: str) -> None:
        self._visit.say(f"{name} is with the practice")
        await self.refresh()
