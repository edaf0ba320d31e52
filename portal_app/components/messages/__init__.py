"""Conversations: lists, threads, the composer; the same parts on both sides."""
