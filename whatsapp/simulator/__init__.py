"""A phone in the browser and the Twilio between it and us.

It speaks Twilio's protocol on both sides: it posts signed webhooks to our real addresses, and it
answers the REST paths that the `twilio` library calls. Nothing outside this package knows of it but
the account that `whatsapp.accounts` hands out where no other is set. Its world is Redis alone.
"""
