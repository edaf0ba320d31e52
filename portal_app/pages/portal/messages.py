"""Messages of a patient: folders, a conversation, a new one."""

from dataclasses import dataclass, replace

from nicegui import ui

from portal_app import live
from portal_app.components.button import Button, icon_link, link_button
from portal_app.components.field import Field
from portal_app.components.messages.composer import Action, Attachments, Composer
from portal_app.components.messages.listing import ConversationList
from portal_app.components.messages.thread import ThreadBody
from portal_app.components.note import note
from portal_app.components.states import empty
from portal_app.components.tabs import Tab, folders
from portal_app.components.tag import Tag
from portal_app.components.text import h1, h2
from portal_app.data.schemas.messages import (
    FolderView,
    ReplyInput,
    ThreadView,
)
from portal_app.pages.framework.drafts import DraftKeeper
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action, section
from portal_app.rules.messages import BODY_MOST
from portal_app.rules.permissions import Permission
from portal_app.security.actor import Actor
from portal_app.services.messages import attachments, sent
from portal_app.services.messages import patient as messages
from portal_app.services.messages.writing import chart_topic
from portal_app.services.worker import run

P = Permission
REPLY = action(messages.reply, needs=P.MESSAGES_SEND)
TAKE_BACK = action(messages.take_back, needs=P.MESSAGES_SEND)
SAVE_DRAFT = action(messages.save_draft, needs=P.MESSAGES_SEND)
REMOVE_FILE = action(attachments.remove, needs=P.MESSAGES_SEND)
SET_ARCHIVED = action(messages.set_archived, needs=P.MESSAGES_READ)
MARK_SEEN = action(messages.mark_seen, needs=P.MESSAGES_READ)
VIEWS = ("inbox", "sent", "archived")
NONE = {
    "inbox": (
        "No messages yet.",
        "Write to your clinician or the front desk. {promise}",
    ),
    "sent": ("Nothing sent yet.", "What you write stays here."),
    "archived": (
        "Nothing archived.",
        "Archived conversations stay here, and a new reply brings them back.",
    ),
}


@dataclass(frozen=True)
class ThreadPage:
    """A conversation beside the list."""

    folder: FolderView
    thread: ThreadView


def read_thread(actor: Actor, chart: str, thread: str) -> ThreadPage:
    """Read a conversation and the list beside it."""
    view = messages.thread(actor, chart, thread)
    folder = messages.folder(actor, chart, "archived" if view.archived else "inbox")
    return ThreadPage(folder, view)


# ---------------------------------------------------------------- the list
class Listing:
    """The list of conversations on the left, kept up to date."""

    def __init__(self, visit: Visit, view: FolderView, *, opened: str = "") -> None:
        """Draw it."""
        self._visit, self._view, self._opened = visit, view, opened
        self._chart = visit.chart
        with Tag("section", "lw-list", aria_label="Conversations"):
            with Tag("div", "lw-head"):
                with Tag("div", "lw-l1"):
                    h2("Messages", "lw-h1 lw-listtitle") if opened else h1(
                        "Messages", "lw-h1 lw-listtitle"
                    )
                    link_button("New", f"/portal/{self._chart}/messages/new", icon="plus")
                base = f"/portal/{self._chart}/messages?view="
                folders("Folders", [Tab(v.capitalize(), base + v, v == view.view) for v in VIEWS])
                self._search = Field(
                    "Search messages",
                    kind="search",
                    on_input=self._searched,
                    autocomplete="off",
                    placeholder="Search messages",
                )
            self._list = ConversationList(
                view.view.capitalize(), lambda t: f"/portal/{self._chart}/messages/{t}"
            )
            self._none = Tag("div", "lw-none1")
            self._more = Button("Show more", self._show_more, kind="txt", repeatable=True)
        live.subscribe(chart_topic(self._chart), self.refresh)
        self._list.set_open(opened, view.rows, visit.wall)
        self._after()

    def _after(self) -> None:
        self._more.show(on=bool(self._view.next_cursor))
        self._list.fill(self._view.rows, self._visit.wall)
        self._none.show(on=not self._view.rows)
        self._none.clear()
        if not self._view.rows:
            with self._none:
                if self._view.query:
                    empty("Nothing found.", "Try another word.", "search")
                else:
                    title, words = NONE[self._view.view]
                    empty(title, words.format(promise=self._view.promise).strip())

    async def _searched(self, text: str) -> None:
        self._view = await run(
            messages.folder, self._visit.actor, self._chart, self._view.view, None, text
        )
        self._after()

    async def _show_more(self) -> None:
        old = self._view
        new = await run(
            messages.folder, self._visit.actor, self._chart, old.view, old.next_cursor, old.query
        )
        self._view = replace(new, rows=old.rows + new.rows)
        self._after()

    async def refresh(self) -> None:
        """Read the first page again."""
        old = self._view
        self._view = await run(
            messages.folder, self._visit.actor, self._chart, old.view, None, old.query
        )
        self._after()


def read_folder(actor: Actor, chart: str, view: str = "inbox") -> FolderView:
    """Read a folder; an unknown one is the inbox."""
    return messages.folder(actor, chart, view if view in VIEWS else "inbox")


@section(
    "portal",
    "/{chart}/messages",
    needs=P.MESSAGES_READ,
    title="Messages",
    nav="messages",
    load=read_folder,
    query=("view",),
)
def folder_page(visit: Visit, view: FolderView) -> None:
    """List the conversations of a folder."""
    with Tag("div", "lw-split lw-show-list"):
        Listing(visit, view)
        with Tag("section", "lw-thread lw-thread-empty", aria_label="Conversation"):
            Tag("p", "lw-soft", "Choose a conversation to read it.")


# ---------------------------------------------------------------- a conversation
@section(
    "portal",
    "/{chart}/messages/{thread}",
    needs=P.MESSAGES_READ,
    title="Messages",
    nav="messages",
    load=read_thread,
)
def thread_page(visit: Visit, view: ThreadPage) -> None:
    """Read a conversation and answer."""
    with Tag("div", "lw-split lw-show-thread"):
        Listing(visit, view.folder, opened=view.thread.id)
        Conversation(visit, view.thread)


class Conversation:
    """One conversation, kept up to date."""

    def __init__(self, visit: Visit, view: ThreadView) -> None:
        """Draw it."""
        self._visit, self._chart, self._view = visit, visit.chart, view
        with Tag("section", "lw-thread", aria_label="Conversation"):
            with Tag("div", "lw-th"):
                back = f"/portal/{self._chart}/messages"
                icon_link("chevron-left", "Back to messages", back, "lw-only-m")
                with Tag("div", "lw-grow"):
                    h1(view.subject, "")
                    Tag("p", "lw-muted lw-s14", view.participants)
                self._archive = Button(
                    "", self._toggle, kind="sec", icon="archive", cls="lw-archive"
                )
            self._body = ThreadBody(on_take_back=self._take_back, on_seen=self._seen)
            if view.may_send:
                self._composer()
        self._show()
        live.subscribe(chart_topic(self._chart), self._refresh)
        if any(m.take_back_until for m in view.messages):
            ui.timer(121, self._refresh, once=True)

    def _composer(self) -> None:
        view = self._view
        if view.absence:
            note(view.absence, "warn")
        self._keeper = DraftKeeper(self._save, self._saved)
        self._files = Attachments(
            f"/attachments/{self._chart}/{view.id}", self._refresh, self._remove
        )
        self._writer = Composer(
            f"Reply to {view.counterpart_short}",
            view.draft.body,
            key=view.draft.client_key,
            was_sent=lambda key: run(sent.by_patient, self._visit.actor, self._chart, key),
            actions=(Action("Send", "send"),),
            promise=f"{view.promise} Not for emergencies.",
            attachments=self._files,
            on_send=self._send,
            on_draft=lambda _: self._keeper.typed(),
        )
        self._files.show_files(view.draft.attachments)
        self._writer.focus()

    def _show(self) -> None:
        view = self._view
        self._archive.set_words("Move to inbox" if view.archived else "Archive")
        self._body.fill(view.messages, self._visit.wall)
        self._body.watch(unseen=view.unseen)

    async def _refresh(self) -> None:
        work = run(messages.thread, self._visit.actor, self._chart, self._view.id)
        done, view = await self._visit.attempt(work, lambda _: self._leave())
        if done:
            self._view = view
            self._show()
            if view.may_send:
                self._writer.use_key(view.draft.client_key)
                self._files.show_files(view.draft.attachments)

    def _leave(self) -> None:
        self._visit.go(f"/portal/{self._chart}/messages")

    async def _send(self, text: str, _: str) -> None:
        if not text.strip():
            self._writer.refuse("Write a message first.")
            return
        if len(text) > BODY_MOST:
            self._writer.refuse(f"Keep it under {BODY_MOST:,} characters. Nothing was sent.")
            return
        command = ReplyInput.model_validate({"body": text, "client_key": self._writer.key})
        work = REPLY(
            self._visit.actor, self._chart, self._view.id, command, self._visit.house.public_url
        )
        done, _sent = await self._visit.attempt(work, lambda e: self._writer.refuse(e.message))
        if done:
            self._keeper.forget()
            self._writer.sent(text)
            await self._refresh()

    def _saved(self) -> None:
        self._writer.status.set_text("Draft saved")

    async def _save(self) -> None:
        await SAVE_DRAFT(self._visit.actor, self._chart, self._view.id, body=self._writer.written)

    async def _remove(self, file: str) -> None:
        work = REMOVE_FILE(self._visit.actor, self._chart, file)
        await self._visit.attempt(work, lambda e: self._files.refuse(e.message))
        await self._refresh()

    async def _take_back(self, message: str) -> None:
        work = TAKE_BACK(self._visit.actor, self._chart, self._view.id, message)
        done, _ = await self._visit.attempt(work, lambda e: self._visit.say(e.message))
        if done:
            self._visit.say("Message taken back")
        await self._refresh()

    async def _toggle(self) -> None:
        archived = not self._view.archived
        work = SET_ARCHIVED(self._visit.actor, self._chart, self._view.id, archived=archived)
        done, _ = await self._visit.attempt(work, lambda e: self._visit.say(e.message))
        if done:
            words = "Conversation archived" if archived else "Moved to your inbox"
            self._visit.say(words)
            await self._refresh()

    async def _seen(self) -> None:
        work = MARK_SEEN(self._visit.actor, self._chart, self._view.id)
        await self._visit.attempt(work, lambda _: None)
