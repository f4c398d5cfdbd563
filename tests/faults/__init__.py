"""Campaigns: what we promise is attacked, counted, and written down. Reduced in CI, whole with CAMPAIGN=whole."""
