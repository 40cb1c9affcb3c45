"""Letters: templates, layouts, QR codes, pages; they are given what they say and know no workspace."""
