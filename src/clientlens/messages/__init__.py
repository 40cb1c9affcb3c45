"""Messages to clients: templates, .eml drafts, SMTP."""
