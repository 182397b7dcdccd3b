"""Notices what a person would not see but must not happen: broken requests, scripts and security policy."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Response, WebError

REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", event => console.error(
    `Content Security Policy: ${event.violatedDirective} refused ${event.blockedURI} ${event.sample}`));
"""


@dataclass
class Watch:
    """Follows browser contexts; a test declares with `expect` which refusals it is about."""

    faults: list[str] = field(default_factory=list)
    expected: set[tuple[int, str]] = field(default_factory=set)
    seen: set[tuple[int, str]] = field(default_factory=set)
    contexts: list[BrowserContext] = field(default_factory=list)

    def expect(self, status: int, path: str) -> None:
        """Declare that `path` answers `status`; it is a fault when that never happens."""
        self.expected.add((status, path))

    def follow(self, context: BrowserContext) -> None:
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("response", self._response)
        context.on("console", self._console)
        context.on("weberror", self._script_error)
        self.contexts.append(context)

    def verdict(self) -> str:
        """Return everything that went wrong, one line each; empty when nothing did."""
        self._let_late_events_arrive()
        unseen = [f"{status} expected from {path}, never came" for status, path in self.expected - self.seen]
        wrong = [f"{status} from {path}" for status, path in self.seen - self.expected]
        return "\n".join([*self.faults, *sorted(unseen), *sorted(wrong)])

    def _let_late_events_arrive(self) -> None:
        for context in self.contexts:
            for page in context.pages:
                page.wait_for_timeout(20)

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.seen.add((response.status, urlsplit(response.url).path))

    def _console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.faults.append(message.text)

    def _script_error(self, error: WebError) -> None:
        self.faults.append(f"script error: {error.error}")
