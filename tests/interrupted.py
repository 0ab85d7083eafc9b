"""A run that is begun again and again in processes that are killed, until one comes to its end.

python tests/interrupted.py NEWS FOLDER SEED: prints how often it was killed, and how often it had kept more by then, as
JSON. After `MOST` times it is left in peace.
"""

import json
import os
import random
import signal
import sys
import time
import traceback
import zlib
from pathlib import Path

from conftest import judgement

from slantwise.articles import read_articles
from slantwise.parts import part_names
from slantwise.provenance import Provenance
from slantwise.runs import Run
from slantwise.targets import Target

ACME = Target("Acme")
MADE = Provenance("Acme", shares=(0.3, 0.4, 0.3))
BLOCK = 4_000
MOST = 16


class BatchJudge:
    """Judges by the letters of the sentence and, in the ninth digit, by what is asked together with it, as models do."""

    def predict(self, sentences, target, context):
        together = sum(map(len, sentences)) % 97 * 1e-9
        return [judgement(zlib.crc32(s.encode()) % 1000 / 600 - 0.8 + together, len(s) % 3) for s in sentences]


def go_on(news, folder, on_reject=lambda rejection: None):
    with Run(folder, MADE, resume=True, block=BLOCK) as run:
        return list(
            run.judged(lambda reject: read_articles([news], on_reject=reject), ACME, BatchJudge(), on_reject=on_reject)
        )


def killed_at(number):
    """Kill this process before so many files have been brought to disk or put in their places."""
    count = 0

    def counted(operation):
        def call(*arguments, **options):
            nonlocal count
            count += 1
            if count == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return operation(*arguments, **options)

        return call

    os.fsync, Path.replace = counted(os.fsync), counted(Path.replace)


def begun(job):
    process = os.fork()
    if process:
        return process
    try:
        job()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def main(news, folder, seed):
    chance = random.Random(seed)
    list(read_articles([news], on_reject=str))  # what is loaded once need not be loaded in every process
    began = time.monotonic()
    list(read_articles([news], on_reject=str))
    reading = time.monotonic() - began  # a run takes longer than that, however fast the machine
    killed = {"at a moment": 0, "before a file was in place": 0, "with more kept": 0}
    while True:
        lives = killed["at a moment"] + killed["before a file was in place"]
        how = chance.choice(list(killed)[:2]) if lives < MOST else "left in peace"
        moment, number = chance.uniform(0, 1.2 * reading), chance.randint(1, 14)
        kept = len(part_names(folder))

        def job(how=how, number=number):
            if how == "before a file was in place":
                killed_at(number)
            go_on(news, folder)

        process = begun(job)
        if how == "at a moment":
            time.sleep(moment)
            os.kill(process, signal.SIGKILL)
        status = os.waitpid(process, 0)[1]
        if os.WIFEXITED(status):
            print(json.dumps(killed))
            return os.WEXITSTATUS(status)
        killed[how] += 1
        killed["with more kept"] += len(part_names(folder)) > kept


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
