"""Conversations, messages and chats over HTTP: parse, one service call, JSON."""
