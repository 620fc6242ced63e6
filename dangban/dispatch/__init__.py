"""Dispatch (发货): orders audited, printed, packed, sent before the cut-off."""
