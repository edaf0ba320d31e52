"""Forms as they are filled in and as they are read."""

from portal_app.components.documents.questions import Questions, answer_list

__all__ = ["Questions", "answer_list"]
