"""HTTP that is no page: forms, files, health, webhooks."""
