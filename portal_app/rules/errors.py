"""Errors that a person may see; every other exception is a defect."""


class PortalError(Exception):
    """Refusal with words for the person and a status for HTTP."""

    status = 400

    def __init__(self, message: str, *, field: str = "") -> None:
        """Keep the words and, where one is to blame, the field."""
        super().__init__(message)
        self.message = message
        self.field = field


class StepUpError(PortalError):
    """The password has to be entered again before something sensitive."""

    status = 403

    def __init__(self, message: str = "Enter your password again to go on.") -> None:
        """Default to words for where no dialog can ask."""
        super().__init__(message)


class CodeNeededError(PortalError):
    """The first step of the sign-in is done; ``ticket`` opens the second and nothing else."""

    status = 401

    def __init__(self, ticket: str) -> None:
        """Keep the ticket."""
        super().__init__("Enter your code to go on.")
        self.ticket = ticket


class NotFoundError(PortalError):
    """Absent, or out of the person's reach: the same answer for both."""

    status = 404

    def __init__(self, message: str = "We could not find that.") -> None:
        """Default to words that reveal nothing."""
        super().__init__(message)


class OnlyLookingError(NotFoundError):
    """Somebody of the practice sees a portal as its patient does, and must not change it."""

    def __init__(
        self, message: str = "You are looking as the patient does. Nothing was changed."
    ) -> None:
        """Default to words that say why."""
        super().__init__(message)


class SignedOutError(PortalError):
    """The session ended."""

    status = 401

    def __init__(self, message: str = "You were signed out. Sign in to go on.") -> None:
        """Default to the words of the sign-in page."""
        super().__init__(message)


class ConflictError(PortalError):
    """Somebody or something was faster."""

    status = 409


class InvalidError(PortalError):
    """Input that a rule refuses; ``field`` names where."""

    status = 422


class TooManyError(PortalError):
    """A limit on how often was reached."""

    status = 429
