from dataclasses import fields

from conftest import WordJudge

from slantwise.records import Judgement
from slantwise.repeats import RememberingJudge
from slantwise.targets import Target

ACME, BETA = Target("Acme"), Target("Beta")


def test_equal_questions_are_asked_once():
    judge = WordJudge()
    remembering = RememberingJudge(judge)
    first = remembering.predict(["Acme lied.", "Acme helps.", "Acme lied."], ACME, ["", "", ""])
    again = remembering.predict(["Acme helps.", "Acme is.", "Acme lied."], ACME, ["", "", ""])
    assert [j.score for j in first] == [-0.8, 1.0, -0.8]
    assert [j.score for j in again] == [1.0, 0.0, -0.8]
    assert judge.calls == [["Acme lied.", "Acme helps."], ["Acme is."]]


def test_another_context_or_target_is_another_question():
    judge = WordJudge()
    remembering = RememberingJudge(judge)
    for target, context in ((ACME, ""), (ACME, "Before."), (BETA, ""), (Target("Acme", ("Wile",)), "")):
        remembering.predict(["Acme lied."], target, [context])
    assert len(judge.calls) == 4
    remembering.predict(["Acme lied."], ACME, ["Before."])
    assert len(judge.calls) == 4


def test_memory_is_bounded_and_keeps_what_was_used_last():
    judge = WordJudge()
    remembering = RememberingJudge(judge, size=2)
    remembering.predict(["one", "two", "three"], ACME, [""] * 3)
    remembering.predict(["two"], ACME, [""])
    remembering.predict(["four"], ACME, [""])
    remembering.predict(["two"], ACME, [""])
    assert judge.calls == [["one", "two", "three"], ["four"]]
    remembering.predict(["three"], ACME, [""])
    assert judge.calls[-1] == ["three"]
    assert len(remembering._memory) == 2


def test_what_comes_from_memory_is_the_whole_judgement():
    judged = {"one": Judgement((0.1, 0.7, 0.2), (0.5, 0.25, 0.25), 0.3), "two": Judgement((1, 0, 0), (0, 0, 1), None)}

    class Judge:
        def predict(self, sentences, target, context):
            return [judged[s] for s in sentences]

    remembering = RememberingJudge(Judge())
    for _ in range(2):
        assert remembering.predict(list(judged), ACME, ["", ""]) == list(judged.values())
    # A field more must be packed too.
    assert [f.name for f in fields(Judgement)] == ["stance_probabilities", "voice_probabilities", "about"]
