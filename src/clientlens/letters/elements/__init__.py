"""What a letter's text is made of: one file per kind, each with one constant ELEMENT."""
