"""Mails and what is attached: EML, MSG, mailboxes, signed and packed ones."""
