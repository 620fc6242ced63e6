"""uvicorn, taught to let streams go before it waits for requests to end."""

from __future__ import annotations

from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess


class Server(uvicorn.Server):
    """Open streams never end by themselves: at the first signal they are told to come back later."""

    def handle_exit(self, sig: int, frame: Any) -> None:
        from dangban.project.asgi import app

        if app.lane is not None:
            app.lane.quit_streams_soon()
        super().handle_exit(sig, frame)


def serve(config: uvicorn.Config) -> None:
    """Serve until told to stop, in this process or in several behind one port."""
    server = Server(config)
    if config.workers == 1:
        server.run()
    else:
        Multiprocess(config, target=server.run, sockets=[config.bind_socket()]).run()
