"""The operator's settings of what can be observed: metrics, log lines, traces."""

from typing import Any, Literal, NamedTuple, get_args

from service.setting_values import BadSetting, GetVariable

Scrapers = Literal["loopback", "on", "off"]
Lines = Literal["yes", "all", "no"]
Format = Literal["text", "json"]
MIN_TOKEN = 16
OTLP = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


class ObservabilitySettings(NamedTuple):
    """The settings: who may read /metrics, which requests get a line in the log, how lines look, whether
    spans are sent."""

    metrics: Scrapers = "loopback"
    metrics_token: str | None = None
    """Needed to read the metrics, from anywhere; None: `metrics` decides."""
    requests: Lines = "yes"
    """`yes`: all but polls that are answered in front."""
    format: Format = "text"
    traces: bool = False


PLAIN = ObservabilitySettings()


def observability_of(variable: GetVariable) -> ObservabilitySettings:
    """Reads GATEPROOF_METRICS, _METRICS_TOKEN, _LOG, _LOG_REQUESTS and _TRACES. Raises BadSetting.

    Traces are on when an OTLP endpoint is named, unless GATEPROOF_TRACES says `off`.
    """
    token = variable("GATEPROOF_METRICS_TOKEN") or None
    if token is not None and len(token) < MIN_TOKEN:
        raise BadSetting(
            f"GATEPROOF_METRICS_TOKEN must have {MIN_TOKEN} characters or more: take a longer one."
        )
    is_named = any(variable(name) for name in OTLP)
    usual = "on" if is_named else "off"
    return ObservabilitySettings(
        metrics=_one("GATEPROOF_METRICS", variable, Scrapers, PLAIN.metrics),
        metrics_token=token,
        requests=_one("GATEPROOF_LOG_REQUESTS", variable, Lines, PLAIN.requests),
        format=_one("GATEPROOF_LOG", variable, Format, PLAIN.format),
        traces=_one("GATEPROOF_TRACES", variable, Literal["on", "off"], usual) == "on",
    )


def _one(name: str, variable: GetVariable, choices: Any, usual: str) -> Any:
    choice = (variable(name) or usual).lower()
    if choice not in get_args(choices):
        raise BadSetting(
            f"{name} must be one of {', '.join(get_args(choices))}: correct it, or leave it out."
        )
    return choice
