"""The fault suite: a server that breaks, and what a call must make of it."""
