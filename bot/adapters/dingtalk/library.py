"""The one place that imports dingtalk-sdk: late, because it costs half a second and 46 MB, and with its logger shut."""

from __future__ import annotations

import importlib
import logging
import warnings
from functools import cache
from typing import Any


@cache
def load(module: str) -> Any:
    """Return a module of dingtalk-sdk ("dingtalk.crypto")."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its generated part has invalid escapes, reported whenever it is compiled anew
        loaded = importlib.import_module(module)
    # On every error it logs the address with the access token, and the parameters with the app secret.
    logging.getLogger("dingtalk").setLevel(logging.CRITICAL + 1)
    logging.getLogger("dingtalk.client.base").setLevel(logging.CRITICAL + 1)
    return loaded
