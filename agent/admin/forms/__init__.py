"""The forms of a playbook's draft: rows and texts in several languages instead of JSON."""
