"""The rules of the message log's doors: what may be sent, how large, how soon it can be taken back."""

from __future__ import annotations

from dangban.handbook.shapes import Choice, Duration, ListOf, Number, declare

MESSAGE_LENGTH = declare(
    "chat.message_length",
    Number("characters", minimum=100, maximum=20_000),
    "一条消息最多多少字",
    "The greatest length of one message",
)
IMAGE_SIZE = declare(
    "chat.image_size",
    Number("megabytes", minimum=1, maximum=50),
    "图片最大多少 MB",
    "The greatest size of a picture",
)
VIDEO_SIZE = declare(
    "chat.video_size",
    Number("megabytes", minimum=1, maximum=200),
    "视频最大多少 MB",
    "The greatest size of a video",
)
FILE_SIZE = declare(
    "chat.file_size",
    Number("megabytes", minimum=1, maximum=200),
    "文件最大多少 MB",
    "The greatest size of another file",
)
UPLOADS = declare(
    "chat.uploads",
    ListOf(
        Choice(
            image=("图片", "pictures"), video=("视频", "video"), file=("文件", "files"), pdf=("PDF", "PDF")
        ),
        least=1,
    ),
    "顾客可以发送哪些附件",
    "Which attachments customers may send",
)
RECALL_WITHIN = declare(
    "chat.recall_within",
    Duration("seconds", minimum=0, maximum=600),
    "客服发出的消息多久之内可以撤回",
    "For how long an agent can take a message back",
)
CUSTOMER_RATE = declare(
    "chat.customer_rate",
    Number("messages", minimum=5, maximum=600),
    "同一顾客每分钟最多发多少条",
    "How many messages a minute one customer may send",
)
