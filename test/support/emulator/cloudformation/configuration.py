"""Where this emulator runs."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[4]

_endpoint = None


def set_endpoint(host):
    """Keeps the host and port of a request: with port 0, only the server knows its port."""
    global _endpoint
    _endpoint = f"http://{host}"


def endpoint():
    """Returns the URL with which functions reach this emulator."""
    if _endpoint is None:
        raise RuntimeError("No request has reached the emulator yet.")
    return _endpoint
