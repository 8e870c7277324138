"""A plugin of pytest: garbage is collected as often as possible, so that nothing lives by chance."""

import gc

gc.set_threshold(1)
