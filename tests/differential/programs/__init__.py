"""The programs, by topic. None imports the package or its neighbours before it runs."""
