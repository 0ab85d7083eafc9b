"""One model for all: who waits together is judged together, and nobody's fault is another's."""

import asyncio
import threading

import pytest
from serving import StubClassifier, until

from slantwise.server.batching import Asked, Batcher, Busy, Stopped
from slantwise.targets import Target

ACME = Target.of("Acme")


def asked(*texts):
    return [Asked(t, ACME) for t in texts]


@pytest.fixture
def stub():
    return StubClassifier()


@pytest.fixture
def batcher(stub):
    batcher = Batcher(stub, batch=8, max_queue=20)
    batcher.start()
    yield batcher
    stub.hold.set()
    batcher.stop()


def holding(batcher, stub):
    """Keep the model busy with one sentence, so that what follows gathers."""
    stub.hold.clear()
    first = batcher.submit(asked("Acme is first."))
    until(lambda: stub.batches)
    return first


def test_what_comes_together_is_judged_together_and_in_order(batcher, stub):
    holding(batcher, stub)
    futures = [batcher.submit(asked("Acme lied.", f"Acme is {i}.")) for i in range(3)]
    stub.hold.set()
    found = [f.result(10) for f in futures]
    assert [[j.score for j in one] for one in found] == [[-0.8, 0.0]] * 3
    assert [len(b) for b in stub.batches] == [1, 6]


def test_a_request_larger_than_a_batch_is_judged_in_parts(batcher, stub):
    texts = [f"Acme {'lied' if i % 3 else 'helps'} {i}." for i in range(19)]
    found = batcher.submit(asked(*texts)).result(10)
    assert [j.score for j in found] == [-0.8 if i % 3 else 1.0 for i in range(19)]
    assert [len(b) for b in stub.batches] == [8, 8, 3]


def test_what_fails_fails_for_its_caller_alone(batcher, stub):
    holding(batcher, stub)
    good, bad, other = (batcher.submit(asked(t)) for t in ("Acme lied.", "Acme is broken by us.", "Acme helps."))
    stub.hold.set()
    assert (good.result(10)[0].score, other.result(10)[0].score) == (-0.8, 1.0)
    with pytest.raises(ValueError, match="broken"):
        bad.result(10)
    assert batcher.submit(asked("Acme lied.")).result(10)


def test_who_is_cancelled_leaves_and_others_stay(batcher, stub):
    async def run():
        holding(batcher, stub)
        gone = asyncio.create_task(batcher.judge(asked("Acme is gone.")))
        stays = asyncio.create_task(batcher.judge(asked("Acme lied.")))
        await asyncio.sleep(0.05)
        gone.cancel()
        await asyncio.sleep(0.05)
        stub.hold.set()
        assert (await stays)[0].score == -0.8
        assert gone.cancelled()

    asyncio.run(run())
    assert "Acme is gone." not in [t for b in stub.batches for t in b]
    assert batcher.waiting == 0


def test_a_caller_cancelled_while_it_is_judged_breaks_nothing(batcher, stub):
    first = holding(batcher, stub)
    first.cancel()
    stub.hold.set()
    assert batcher.submit(asked("Acme lied.")).result(10)[0].score == -0.8


def test_too_many_are_told_to_come_back(batcher, stub):
    holding(batcher, stub)
    waiting = [batcher.submit(asked("Acme lied.", "Acme helps.")) for _ in range(10)]
    with pytest.raises(Busy) as busy:
        batcher.submit(asked("Acme."))
    assert busy.value.retry_after >= 1
    job = batcher.submit(asked(*["Acme lied."] * 30), background=True)  # jobs wait for themselves
    stub.hold.set()
    assert all(f.result(10) for f in waiting) and len(job.result(10)) == 30
    assert batcher.waiting == 0


def test_requests_go_before_jobs_which_still_get_a_quarter(batcher, stub):
    holding(batcher, stub)
    job = batcher.submit(asked(*[f"Acme job {i}." for i in range(16)]), background=True)
    requests = [batcher.submit(asked(f"Acme request {i}.")) for i in range(12)]
    stub.hold.set()
    assert all(f.result(10) for f in (job, *requests))
    second = stub.batches[1]
    assert len(second) == 8 and sum("job" in t for t in second) == 2


def test_nothing_asked_is_nothing_found(batcher):
    assert batcher.submit([]).result(1) == []


def test_a_stop_tells_who_waits(stub):
    batcher = Batcher(stub, batch=8)
    batcher.start()
    first = holding(batcher, stub)
    waits = batcher.submit(asked("Acme lied."))
    stopping = threading.Thread(target=batcher.stop)
    stopping.start()
    until(lambda: batcher._stopping)
    stub.hold.set()
    stopping.join(10)
    assert first.result(1)
    with pytest.raises(Stopped):
        waits.result(1)
    with pytest.raises(Stopped):
        batcher.submit(asked("Acme."))
    assert not batcher.alive


def test_a_classifier_that_loses_sentences_is_found_out(batcher, stub):
    stub.predict = lambda *given, **named: []
    with pytest.raises(RuntimeError, match="0 judgements for 1"):
        batcher.submit(asked("Acme.")).result(10)
