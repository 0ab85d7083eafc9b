"""Fine-tune the classifier.

python train.py                                        the default: on data/, a few minutes on two cores
python train.py --seed 1 --output runs/one             another seed, another folder
python train.py --data sets/newsmtsc/train.jsonl       public or own labelled sets on top
python train.py --resume                               go on after an interruption
"""

import sys

from slantwise.cli import train

if __name__ == "__main__":
    sys.exit(train())
