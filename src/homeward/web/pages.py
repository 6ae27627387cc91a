"""The two pages there are without a dashboard: what this is, and the set-up. Each is one file that loads nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from homeward.web.context import Context


def routes(house: Context) -> list[BaseRoute]:
    """`/` and `/setup`."""

    async def front(request: Request) -> Response:
        trouble = house.hub.trouble()
        ready = "Not everything works: /readyz says what." if trouble else "Everything works."
        owner = "" if house.auth.is_set_up else "It has no owner yet: open the set-up link that the server printed."
        return _page("index", STATE=f"{ready} {owner}".strip())

    async def setup(request: Request) -> Response:
        return _page("setup")

    return [Route("/", front), Route("/setup", setup)]


def _page(name: str, **words: str) -> Response:
    text = files("homeward.web").joinpath(f"{name}.html").read_text("utf-8")
    for word, meaning in words.items():
        text = text.replace(f"{{{word}}}", meaning)
    return Response(text, headers=_headers(text), media_type="text/html")


def _headers(text: str) -> dict[str, str]:
    """Headers that let the page run its own inline script and style, call this server, and nothing else."""
    policy = (
        "default-src 'none'",
        f"script-src {_own('script', text)}",
        f"style-src {_own('style', text)}",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def _own(element: str, text: str) -> str:
    bodies = re.findall(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() for body in bodies]
    return " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
