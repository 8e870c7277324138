"""The conformance suite: one scripted server, cases as data, one driver a language."""
