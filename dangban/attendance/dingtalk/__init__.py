"""DingTalk: its files read as they are exported, its users matched, its word compared with ours, its interface asked."""
