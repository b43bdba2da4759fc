"""As much of a browser as it takes to install an app: it follows redirects, keeps cookies, fills in a form."""

from dataclasses import dataclass
from email.message import Message
from html.parser import HTMLParser
from http.client import HTTPResponse
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import IO
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

LONGEST_WAIT = 10.0
"""In seconds, for one page."""


@dataclass(frozen=True)
class Form:
    address: str
    fields: dict[str, str]


@dataclass(frozen=True)
class Shown:
    """A page as the browser shows it, at the address where the redirects ended."""

    address: str
    status: int
    text: str

    def link_to(self, part: str) -> str:
        """The address of the first link with this in it."""
        for href in self._read().links:
            if part in href:
                return urljoin(self.address, href)
        raise ValueError(f"{self.address} has no link to {part}: {self.status} {self.text[:400]}")

    def on_form(self, action: str) -> Form:
        """The form that is sent there, as it is filled in already."""
        found = self._read()
        if found.action != action:
            raise ValueError(f"{self.address} has no form for {action}: {self.status} {self.text[:2000]}")
        return Form(urljoin(self.address, action), found.fields)

    def _read(self) -> "_Reader":
        reader = _Reader()
        reader.feed(self.text)
        return reader


class Browser:
    """Cookies that are only for safe connections are kept on this computer, too, as browsers do there."""

    def __init__(self) -> None:
        cookies = CookieJar(DefaultCookiePolicy(secure_protocols=("http", "https")))
        nowhere_else = ProxyHandler({})
        self._opener = build_opener(nowhere_else, HTTPCookieProcessor(cookies))
        self._staying = build_opener(nowhere_else, HTTPCookieProcessor(cookies), _Stay)

    def visit(self, address: str) -> Shown:
        with _opened(self._opener, Request(address)) as response:  # noqa: S310 - wherever a page of this computer leads
            return Shown(response.geturl(), response.status or 0, response.read().decode())

    def submit(self, form: Form, **filled: str) -> str:
        """Sends a form, and returns the address that the answer redirects to."""
        parts = urlsplit(form.address)
        request = Request(  # noqa: S310
            form.address,
            urlencode(form.fields | filled).encode(),
            {"Origin": f"{parts.scheme}://{parts.netloc}"},
        )
        with _opened(self._staying, request) as response:
            address = response.headers.get("Location")
            if not address:
                raise ValueError(f"{form.address} leads nowhere: {response.status} {response.read().decode()[:2000]}")
            return urljoin(form.address, address)


def _opened(opener: OpenerDirector, request: Request) -> HTTPResponse | HTTPError:
    try:
        response: HTTPResponse = opener.open(request, timeout=LONGEST_WAIT)
    except HTTPError as error:
        return error
    return response


class _Stay(HTTPRedirectHandler):
    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> Request | None:
        return None


class _Reader(HTMLParser):
    """The links of a page, and its last form."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "form":
            self.action, self.fields = given.get("action", ""), {}
        elif tag == "input" and given.get("name"):
            self.fields[given["name"]] = given.get("value", "")
