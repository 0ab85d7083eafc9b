"""Score how outlets lean toward a company.

python evaluate.py --source                                            every outlet in the articles the project carries
python evaluate.py --source "Daily Clamour" "PBK One"                  just these
python evaluate.py --articles saved/ --target Boeing --alias "737 MAX" your own articles, an outlet a sub-folder
python evaluate.py --source --json > slant.json                        the same as JSON
python evaluate.py --source --report slant.html                        a page to look at
"""

import sys

from slantwise.cli import evaluate

if __name__ == "__main__":
    sys.exit(evaluate())
