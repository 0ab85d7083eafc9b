"""Every input format to `Article`, through one door: `read_articles`. Knows nothing of targets or stances.

`reading` is the door, and `rows` that for tables in memory; below them `files` (paths to streams), a module for each
family of formats (`texts`, `tables`, `pages`, `archives`, `feeds`), the network (`fetching` on `addresses` and
`cache`), and what makes a draft an article (`finishing` on `dates`, `outlets`, `languages`, `duplicates`). Imports
point down `ORDER` in tests/test_articles.py.
"""

from slantwise.articles.columns import Columns
from slantwise.articles.reading import read_articles
from slantwise.articles.rejections import OnReject, Rejection, RejectLog, warn
from slantwise.articles.rows import articles_of_rows

__all__ = ["Columns", "OnReject", "RejectLog", "Rejection", "articles_of_rows", "read_articles", "warn"]
