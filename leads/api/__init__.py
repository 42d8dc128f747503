"""Leads over HTTP: parse, one service call, the lead as JSON."""
