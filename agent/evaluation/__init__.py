"""Dialogues played through the real engine in virtual time, and what came of them."""
