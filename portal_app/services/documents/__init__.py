"""Forms, questionnaires, rating scales and consents: one engine, four labels."""
