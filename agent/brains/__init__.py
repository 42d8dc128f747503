"""The brains that answer a client: one protocol, a scripted one and one that asks a language model."""
