"""A model of the same encoder that has learned NewsMTSC's sentiment and nothing else, to measure beside ours.

python benchmarks/sentiment_alone.py --newsmtsc newsmtsc/train.jsonl --output "runs/NewsMTSC alone"
python benchmarks/accuracy.py --beside "runs/NewsMTSC alone" …

It has this project's form of input (mentions masked) and its heads, NewsMTSC's own labels, and nothing of `data/`; its
heads for voice and aboutness have learned nothing. A twelfth
of the sentences is kept to choose the epoch and to calibrate on.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from unittest.mock import patch

from slantwise import training
from slantwise.config import TrainingConfig
from slantwise.examples import load_examples

KEPT = 12


def main() -> None:
    """Train it and say where it lies."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--newsmtsc", required=True, type=Path, metavar="PATH")
    parser.add_argument("--output", required=True, type=Path, metavar="FOLDER")
    given = parser.parse_args()
    examples = load_examples(given.newsmtsc)
    sentences = list(dict.fromkeys(e.sentence for e in examples))
    kept = set(sentences[::KEPT])
    held_out = [e for e in examples if e.sentence in kept]
    learned = training.Material([e for e in examples if e.sentence not in kept], held_out, held_out, real=True)
    config = TrainingConfig(output=str(given.output), epochs=2, examples=0, batch_size=32, learning_rate=2e-4)
    with patch.object(training, "material", lambda config: learned):
        print(training.fit(config).folder)


if __name__ == "__main__":
    main()
