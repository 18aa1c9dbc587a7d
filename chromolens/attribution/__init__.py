"""Attribution methods: one module each, behind the front door in ``front``."""

ENTRY = "attribute"
