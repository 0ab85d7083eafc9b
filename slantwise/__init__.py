"""slantwise: how news outlets lean for or against a company, and how sure that is.

Importing it loads neither torch nor transformers; they come with the first judgement.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from slantwise.records import Article, InputError, Judgement, OutletSlant, Sentence, Stance, Voice
from slantwise.targets import Target

if TYPE_CHECKING:
    from slantwise.articles import read_articles
    from slantwise.classifier import StanceClassifier, classify
    from slantwise.pipeline import score_outlets

__version__ = "0.1.0"

__all__ = [
    "Article",
    "InputError",
    "Judgement",
    "OutletSlant",
    "Sentence",
    "Stance",
    "StanceClassifier",
    "Target",
    "Voice",
    "classify",
    "read_articles",
    "score_outlets",
]

_LAZY = {
    "StanceClassifier": "slantwise.classifier",
    "classify": "slantwise.classifier",
    "read_articles": "slantwise.articles",
    "score_outlets": "slantwise.pipeline",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'slantwise' has no attribute {name!r}")
