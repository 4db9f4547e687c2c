"""The commands of `cxlab`, one file for those that belong together."""
