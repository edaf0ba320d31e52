"""A real mail server on this machine that answers as a test tells it to."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from portal_app.integrations.mail import Smtp

TAKEN = "250 taken"
Answer = str | Callable[[], Awaitable[str]]


class Post:
    """What the server answers next, and what it has got."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.got: list[EmailMessage] = []
        self.to: list[str] = []
        self.greeting = self.farewell = ""
        self.refused: dict[str, str] = {}
        self.url = ""

    async def handle_EHLO(  # noqa: N802
        self, _server: SMTP, session: Session, _envelope: Envelope, name: str, lines: list[str]
    ) -> list[str]:
        session.host_name = name
        return [self.greeting] if self.greeting else lines

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.refused.get(address, TAKEN)

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else TAKEN
        assert isinstance(envelope.content, bytes)
        self.got.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        self.to += envelope.rcpt_tos
        if answer == "drop":
            assert server.transport
            server.transport.abort()
            return TAKEN
        return answer if isinstance(answer, str) else await answer()

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        if self.farewell == "hang":
            await asyncio.sleep(3)
        return self.farewell or "221 bye"

    @property
    def ids(self) -> list[str]:
        return [str(m["Message-ID"]) for m in self.got]

    def sender(self) -> Smtp:
        return Smtp(self.url, "practice@portal.example")


@contextmanager
def mail_server() -> Iterator[Post]:
    post = Post()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()
    post.url = f"smtp://127.0.0.1:{port}"
    try:
        yield post
    finally:
        controller.stop()
