"""Writes everything typed in this tree from api/openapi.yaml and lib/errors.def; see scripts/generate."""
