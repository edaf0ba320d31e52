"""The practice's inbox: a work queue, and one conversation."""

from nicegui import ui

from portal_app import live
from portal_app.components.button import Button, link_button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field
from portal_app.components.menu import Item, menu_button
from portal_app.components.messages.composer import Action, Attachments, Composer
from portal_app.components.messages.listing import Queue
from portal_app.components.messages.thread import Line, ThreadBody, moment_of
from portal_app.components.note import note, note_html
from portal_app.components.states import empty
from portal_app.components.tabs import Tab, folders
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.data.schemas.messages import PracticeThreadView, QueueView, ReplyInput
from portal_app.pages.framework import presence
from portal_app.pages.framework.drafts import DraftKeeper
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action, section
from portal_app.rules.messages import BODY_MOST
from portal_app.rules.permissions import Permission
from portal_app.security.actor import Actor
from portal_app.services.messages import attachments, sent
from portal_app.services.messages import practice as messages
from portal_app.services.messages.queues import QUEUES
from portal_app.services.messages.writing import INBOX_TOPIC
from portal_app.services.worker import run

P = Permission
REPLY = action(messages.reply, needs=P.PRACTICE_INBOX)
MARK_DONE = action(messages.mark_done, needs=P.PRACTICE_INBOX)
ASSIGN = action(messages.assign, needs=P.PRACTICE_INBOX)
ADD_NOTE = action(messages.add_note, needs=P.PRACTICE_INBOX)
MARK_SEEN = action(messages.mark_seen, needs=P.PRACTICE_INBOX)
TAKE_BACK = action(messages.take_back, needs=P.PRACTICE_INBOX)
SAVE_DRAFT = action(messages.save_draft, needs=P.PRACTICE_INBOX)
REMOVE_FILE = action(attachments.remove_for_practice, needs=P.PRACTICE_INBOX)
NONE = {
    "answer": ("All answered.", "New messages show up here by themselves."),
    "mine": ("Nothing is yours right now.", "Messages that are assigned to you show up here."),
    "unassigned": ("Nothing without an owner.", "Messages to the front desk start here."),
    "overdue": ("Nothing is late.", "Messages past the promised time show up here."),
    "waiting": ("No patient owes an answer.", "What you have answered waits here."),
    "done": ("Nothing is done yet.", "Finished conversations stay here."),
}


def read_queue(actor: Actor, queue: str = "answer") -> QueueView:
    """Read a queue; an unknown one is what has to be answered."""
    return messages.queue(actor, queue)


@section(
    "practice",
    "/inbox",
    needs=P.PRACTICE_INBOX,
    title="Inbox",
    nav="inbox",
    load=read_queue,
    query=("queue",),
)
def inbox_page(visit: Visit, view: QueueView) -> None:
    """List a queue."""
    Inbox(visit, view)


class Inbox:
    """One queue, kept up to date."""

    def __init__(self, visit: Visit, view: QueueView) -> None:
        """Draw it."""
        self._visit, self._view = visit, view
        with Tag("div", "lw-page"):
            with Tag("div", "lw-page-h"):
                h1("Inbox")
            with Tag("div", "lw-q-head"):
                self._tabs = Tag("div")
                Field(
                    "Search messages",
                    kind="search",
                    on_input=self._searched,
                    autocomplete="off",
                    placeholder="Search messages",
                )
            self._queue = Queue("Conversations", lambda t: f"/practice/inbox/{t}")
            self._none = Tag("div", "lw-panel")
            self._more = Button("Show more", self._show_more, kind="txt", repeatable=True)
        live.subscribe(INBOX_TOPIC, self._refresh)
        self._show()

    def _show(self) -> None:
        view = self._view
        self._tabs.clear()
        with self._tabs:
            folders(
                "Queues",
                [
                    Tab(
                        label,
                        f"/practice/inbox?queue={key}",
                        key == view.queue,
                        view.counts.get(key, 0),
                    )
                    for key, label in QUEUES.items()
                ],
            )
        self._queue.fill(view.rows, self._visit.wall)
        self._more.show(on=bool(view.next_cursor))
        self._none.show(on=not view.rows)
        self._none.clear()
        if not view.rows:
            with self._none:
                if view.query:
                    empty("Nothing found.", "Try another word.", "search")
                else:
                    empty(*NONE[view.queue], icon="inbox")

    async def _searched(self, text: str) -> None:
        self._view = await run(messages.queue, self._visit.actor, self._view.queue, None, text)
        self._show()

    async def _show_more(self) -> None:
        old = self._view
        new = await run(messages.queue, self._visit.actor, old.queue, old.next_cursor, old.query)
        self._view = QueueView(
            old.queue, old.rows + new.rows, new.next_cursor, new.counts, old.query
        )
        self._show()

    async def _refresh(self) -> None:
        old = self._view
        self._view = await run(messages.queue, self._visit.actor, old.queue, None, old.query)
        self._show()


@section(
    "practice",
    "/inbox/{thread_id}",
    needs=P.PRACTICE_INBOX,
    title="Inbox",
    nav="inbox",
    load=messages.thread,
)
def thread_page(visit: Visit, view: PracticeThreadView) -> None:
    """Read a conversation, answer, hand it on, close it."""
    Conversation(visit, view)


class Conversation:
    """One conversation of the queue, kept up to date."""

    def __init__(self, visit: Visit, view: PracticeThreadView) -> None:
        """Draw it."""
        self._visit, self._view = visit, view
        with Tag("section", "lw-thread lw-work", aria_label="Conversation"):
            with Tag("div", "lw-th"):
                link_button(
                    "",
                    "/practice/inbox",
                    kind="txt",
                    icon="chevron-left",
                    aria_label="Back to the inbox",
                )
                with Tag("div", "lw-grow"):
                    h1(view.subject, "")
                    Tag("p", "lw-muted lw-s14", view.about)
                    self._state = Tag("p", "lw-muted lw-s14")
                with Tag("div", "lw-acts"):
                    self._done = Button("Mark done", self._mark_done, kind="sec", icon="check")
                    Button(
                        "Assign", kind="sec", repeatable=True, data_lw_open=self._assign_dialog()
                    )
                    note_id = self._note_dialog()
                    Button("Add internal note", kind="sec", repeatable=True, data_lw_open=note_id)
            self._body = ThreadBody(on_take_back=self._take_back, on_seen=self._seen)
            self._typing = note("", "warn").show(on=False)
            self._composer()
        self._show()
        live.subscribe(INBOX_TOPIC, self._refresh)
        live.subscribe(self._presence.topic(view.id), self._show_typing)
        ui.timer(presence.SECONDS, self._show_typing)

    def _composer(self) -> None:
        view = self._view
        self._keeper = DraftKeeper(self._save, self._saved)
        if view.saved_replies:
            with Tag("div", "lw-saved"):
                items = [Item(o.label, key=o.value) for o in view.saved_replies]
                menu_button("Saved replies", items, on_choose=self._insert, kind="txt")
        self._files = Attachments(f"/practice-attachments/{view.id}", self._refresh, self._remove)
        self._writer = Composer(
            f"Reply to {view.patient_short}",
            view.draft.body,
            key=view.draft.client_key,
            was_sent=lambda key: run(sent.by_practice, self._visit.actor, key),
            actions=(Action("Reply and mark done", "done"), Action("Send", "send", "sec")),
            promise="",
            attachments=self._files,
            on_send=self._send,
            on_draft=self._typed,
        )
        self._files.show_files(view.draft.attachments)
        self._writer.focus()

    @property
    def _presence(self) -> presence.Presence:
        return self._visit.house.presence

    def _typed(self, text: str) -> None:
        self._keeper.typed()
        if text.strip():
            self._presence.typed(self._view.id, self._visit.session_id, self._visit.person)

    async def _show_typing(self) -> None:
        others = self._presence.others(self._view.id, self._visit.session_id)
        names = [n for n in others if n != self._visit.person]
        self._typing.show(on=bool(names))
        if names:
            self._typing.set_html(note_html(f"{' and '.join(names)} is replying.", "warn"))

    def _insert(self, text: str) -> None:
        self._writer.insert(text)

    def _assign_dialog(self) -> str:
        box = Dialog("Assign")
        options = [("", "Nobody"), *((o.value, o.label) for o in self._view.colleagues)]
        with box.body:
            to = Field("To", self._view.assignee_id, kind="select", options=options)
        with box.foot:

            async def assign() -> None:
                work = ASSIGN(self._visit.actor, self._view.id, to.value)
                done, name = await self._visit.attempt(work, lambda e: to.set_error(e.message))
                if done:
                    box.close()
                    self._visit.say(f"Assigned to {name}" if name else "Assigned to nobody")

            Button("Assign", assign)
            Button("Cancel", kind="sec", data_lw_close=True)
        return box.html_id

    def _note_dialog(self) -> str:
        box = Dialog("Add internal note")
        with box.body:
            text = Field(
                "Text", kind="textarea", help_text="Only the practice sees this.", most=BODY_MOST
            )
        with box.foot:

            async def add(event: object) -> None:
                written = str(getattr(event, "args", "") or "")
                work = ADD_NOTE(self._visit.actor, self._view.id, written)
                done, _ = await self._visit.attempt(work, lambda e: text.set_error(e.message))
                if done:
                    text.set_error("")
                    text.set_value("")
                    box.close()
                    self._visit.say("Note added")

            Button("Add note").on("click", add, js_handler="() => emit(" + text.reader + ")")
            Button("Cancel", kind="sec", data_lw_close=True)
        return box.html_id

    def _show(self) -> None:
        view, wall = self._view, self._visit.wall
        lines: list[Line] = [*view.messages, *view.notes]
        lines.sort(key=moment_of)
        self._body.fill(lines, wall)
        self._body.watch(unseen=view.unseen)
        words = {"open": "Waits for an answer", "waiting": "Waiting for patient", "done": "Done"}
        state = words.get(view.status, view.status)
        if view.overdue:
            state = "Overdue"
        elif view.status == "open" and view.due_at:
            state += f" by {wall.full(view.due_at)}"
        self._state.set_text(f"{state}. {_assigned(view)}")
        self._done.show(on=view.status != "done")

    async def _refresh(self) -> None:
        work = run(messages.thread, self._visit.actor, self._view.id)
        done, view = await self._visit.attempt(work, lambda _: self._visit.go("/practice/inbox"))
        if done:
            self._view = view
            self._writer.use_key(view.draft.client_key)
            self._show()
            self._files.show_files(view.draft.attachments)

    async def _send(self, text: str, key: str) -> None:
        if not text.strip():
            self._writer.refuse("Write a message first.")
            return
        if len(text) > BODY_MOST:
            self._writer.refuse(f"Keep it under {BODY_MOST:,} characters. Nothing was sent.")
            return
        command = ReplyInput.model_validate({"body": text, "client_key": self._writer.key})
        work = REPLY(
            self._visit.actor,
            self._view.id,
            command,
            self._visit.house.public_url,
            done=key == "done",
        )
        done, message = await self._visit.attempt(work, lambda e: self._writer.refuse(e.message))
        if done:
            self._keeper.forget()
            self._presence.left(self._view.id, self._visit.session_id)
            self._writer.sent(text)
            self._visit.say(f"Message sent to {message.to}")
            await self._refresh()

    def _saved(self) -> None:
        self._writer.status.set_text("Draft saved")

    async def _save(self) -> None:
        await SAVE_DRAFT(self._visit.actor, self._view.id, self._writer.written)

    async def _remove(self, file: str) -> None:
        work = REMOVE_FILE(self._visit.actor, self._view.id, file)
        await self._visit.attempt(work, lambda e: self._files.refuse(e.message))
        await self._refresh()

    async def _take_back(self, message: str) -> None:
        work = TAKE_BACK(self._visit.actor, self._view.id, message)
        done, _ = await self._visit.attempt(work, lambda e: self._visit.say(e.message))
        if done:
            self._visit.say("Message taken back")
        await self._refresh()

    async def _mark_done(self) -> None:
        work = MARK_DONE(self._visit.actor, self._view.id)
        done, _ = await self._visit.attempt(work, lambda e: self._visit.say(e.message))
        if done:
            self._visit.say("Marked done")

    async def _seen(self) -> None:
        work = MARK_SEEN(self._visit.actor, self._view.id)
        await self._visit.attempt(work, lambda _: None)


def _assigned(view: PracticeThreadView) -> str:
    return f"Assigned to {view.assignee}." if view.assignee else "Assigned to nobody."
