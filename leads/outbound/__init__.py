"""Telling other systems what happens to leads: `queue` says what is owed, `sending` pays, `wire` talks."""
