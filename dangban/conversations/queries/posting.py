"""What the posting gate must know of threads, in two statements for whichever connection the lane has."""

# An open conversation of each thread, and who has it.
OPEN = (
    "SELECT c.thread_id, c.state, c.assignee_id, p.name FROM conversations_conversation c"
    " LEFT JOIN people_person p ON p.id = c.assignee_id"
    " WHERE c.thread_id IN ({marks}) AND c.state <> 'ended'"
)
# Who stepped in; which blocked lines were let pass; numbers that are the customer's own, or the
# shop's for returns, so that repeating them is no exchange of contacts.
BESIDES = (
    "SELECT 'inside', c.thread_id, s.person_id, '', 0 FROM conversations_stepin s"
    " JOIN conversations_conversation c ON c.id = s.conversation_id"
    " WHERE c.thread_id IN ({marks}) AND c.state <> 'ended' AND s.ended_at IS NULL"
    " UNION ALL "
    "SELECT 'leave', g.thread_id, g.person_id, g.digest, g.settled_by_id FROM conversations_guardoverride g"
    " WHERE g.thread_id IN ({marks}) AND g.settled_at IS NOT NULL AND g.granted"
    " UNION ALL "
    "SELECT 'number', t.id, 0, o.phone, 0 FROM chat_thread t"
    " JOIN orders_order o ON o.customer_id = t.customer_id AND o.shop_id = t.shop_id"
    " WHERE t.id IN ({marks}) AND o.phone <> ''"
    " UNION ALL "
    "SELECT 'number', t.id, 0, r.return_phone, 0 FROM chat_thread t JOIN shops_profile r ON r.shop_id = t.shop_id"
    " WHERE t.id IN ({marks}) AND r.return_phone <> ''"
)
BESIDES_TIMES = 4


def repeated(ids: list[int]) -> list[int]:
    """The same ids, the last one again until there are 1, 2, 4, 8, …: few lengths, few statements to prepare."""
    return ids + ids[-1:] * ((1 << (len(ids) - 1).bit_length()) - len(ids))


def with_marks(sql: str, count: int) -> str:
    return sql.replace("{marks}", ", ".join(["%s"] * count))
