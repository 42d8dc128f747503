"""Every write to a lead has one door here: `from leads.services import board`, then `board.move_lead(…)`."""
