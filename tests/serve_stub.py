"""`slantwise serve` with a stub for the model, whose batches take as long as the first argument says."""

import sys

from serving import StubClassifier

from slantwise.classifier import StanceClassifier
from slantwise.cli import main

StanceClassifier.from_pretrained = classmethod(lambda cls, model=None: StubClassifier(float(sys.argv[1])))
sys.exit(main(["serve", *sys.argv[2:]]))
