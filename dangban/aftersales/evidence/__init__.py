"""Evidence (凭证): photos, talks, weights and proofs of a case, each with its hash and time."""

from dangban.aftersales.evidence.filing import FROM_CHAT, file_evidence, from_chat, note_evidence

__all__ = ["FROM_CHAT", "file_evidence", "from_chat", "note_evidence"]
