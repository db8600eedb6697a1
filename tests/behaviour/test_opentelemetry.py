"""With the stock instrumentation of httpx and the real SDK: a span for each attempt, and no secret in any."""

from collections.abc import Iterator

import pytest
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode, format_span_id, format_trace_id

from devrev_auth_client import AsyncDevRevAuthClient, DevRevAuthError, RetryPolicy, TokenType
from devrev_auth_client.errors import RevocationUnconfirmedError
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.backends import Backend
from tests.behaviour.operations import Operation, both_operations

CAPTURE = "OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_CLIENT_REQUEST"
SANITIZE = "OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SANITIZE_FIELDS"


class Tracing:
    """The SDK with an exporter in memory."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider(shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracer = self.provider.get_tracer("tests")

    def statuses(self) -> list[object]:
        """Give the HTTP status of each span of an attempt, `None` for one without a response."""
        return [(span.attributes or {}).get("http.status_code") for span in self.exporter.get_finished_spans()]

    def text(self) -> str:
        """Give all that an exporter would send."""
        return "\n".join(span.to_json() for span in self.exporter.get_finished_spans())


@pytest.fixture
def tracing(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Tracing]:
    """Instrument httpx for one test, with the environment that it is parametrised with."""
    for name, value in getattr(request, "param", {}).items():
        monkeypatch.setenv(name, value)
    tracing = Tracing()
    instrumentor = HTTPXClientInstrumentor()
    instrumentor.instrument(tracer_provider=tracing.provider)
    yield tracing
    instrumentor.uninstrument()
    tracing.provider.shutdown()


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[FakeDevRev, str]]:
    """Serve one fake for all tests here: to stop a server takes longer than any of them."""
    fake = FakeDevRev()
    with fake.serve() as base_url:
        yield fake, base_url


@pytest.fixture
def fake(served: tuple[FakeDevRev, str]) -> FakeDevRev:
    served[0].requests.clear()
    return served[0]


@pytest.fixture
def client(backend: Backend, served: tuple[FakeDevRev, str], pat: IssuedToken) -> AsyncDevRevAuthClient:
    """Give a client with connections of its own; to be closed by the test."""
    return backend.client(token=pat.secret, base_url=served[1], retry=RetryPolicy(base_delay=0))


@both_operations
async def test_each_attempt_is_a_span_below_the_callers_and_the_server_gets_its_traceparent(
    tracing: Tracing, client: AsyncDevRevAuthClient, fake: FakeDevRev, operation: Operation
) -> None:
    fake.respond_next(503)
    async with client:
        with tracing.tracer.start_as_current_span("the call"):
            await operation(client)
    first, second, call = tracing.exporter.get_finished_spans()
    assert [first.name, second.name, call.name] == ["POST", "POST", "the call"]
    assert tracing.statuses() == [503, 200, None]
    assert [first.status.status_code, second.status.status_code] == [StatusCode.ERROR, StatusCode.UNSET]
    counts = [(span.attributes or {}).get("http.request.resend_count") for span in (first, second, call)]
    assert counts == [None, 1, None]
    for span, request in zip((first, second), fake.requests, strict=True):
        assert span.parent is not None
        assert span.parent.span_id == call.context.span_id
        sent = request.headers["traceparent"].split("-")[1:3]
        assert sent == [format_trace_id(span.context.trace_id), format_span_id(span.context.span_id)]


async def test_a_lost_connection_is_an_exception_of_its_span(
    tracing: Tracing, client: AsyncDevRevAuthClient, fake: FakeDevRev, pat: IssuedToken
) -> None:
    fake.lose_connection()
    async with client:
        await client.get_auth_token(pat.id)
    assert tracing.statuses() == [None, 200]
    lost, _ = tracing.exporter.get_finished_spans()
    assert [event.name for event in lost.events] == ["exception"]
    assert lost.status.status_code is StatusCode.ERROR
    assert pat.secret not in tracing.text()


async def test_no_span_has_a_secret_or_what_is_in_bodies(
    tracing: Tracing, client: AsyncDevRevAuthClient, fake: FakeDevRev, pat: IssuedToken
) -> None:
    for status in (400, 401, 403, 404, 429, 500, 302):
        fake.respond_next(status, json={"message": f"hush {pat.secret}"}, headers={"X-Echo": pat.secret})
    once = client.with_options(retry=RetryPolicy(max_attempts=1))
    for _ in range(7):
        with pytest.raises(DevRevAuthError):
            await once.get_auth_token(pat.id)
    fake.lose_connection(after_processing=True)
    with pytest.raises(RevocationUnconfirmedError):
        await client.revoke_own_auth_tokens(TokenType.PAT)
    await client.aclose()
    assert tracing.statuses() == [400, 401, 403, 404, 429, 500, 302, None, 401]
    for hidden in (pat.secret, "hush", pat.id, TokenType.PAT, "Bearer"):
        assert hidden not in tracing.text()


@pytest.mark.parametrize(
    ("tracing", "sanitized"),
    [({CAPTURE: ".*", SANITIZE: "authorization"}, True), ({CAPTURE: ".*"}, False)],
    indirect=["tracing"],
)
async def test_headers_that_are_captured_have_the_token_unless_they_are_sanitized(
    tracing: Tracing, client: AsyncDevRevAuthClient, pat: IssuedToken, sanitized: bool
) -> None:
    """This is what the documentation warns of; should the token ever be absent, the warning can go."""
    async with client:
        await client.get_auth_token(pat.id)
    [span] = tracing.exporter.get_finished_spans()
    assert span.attributes is not None
    assert (span.attributes["http.request.header.authorization"] == ("[REDACTED]",)) is sanitized
    assert (pat.secret in tracing.text()) is not sanitized
