import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slantwise.disclaimers import LONGEST, is_disclaimer

DATA = Path(__file__).parent.parent / "data"


@pytest.mark.parametrize(
    "notice",
    [
        "Disclaimer: What you read here is meant to inform. Talk to a lawyer, a tax adviser or a broker before you act.",
        "DISCLAIMER",
        "Risk warning: you may lose all that you put in.",
        "Legal disclaimer – prices may be delayed.",
        "Disclaimer The opinions of our guests are for information purposes only and are not to be taken as financial advice.",
        "This article is for general information purposes only and should not be taken as legal or tax advice.",
        "The information on this website is provided for educational and informational purposes only.",
        "This content does not constitute an offer or a recommendation to buy any security.",
        "The content of this post should not be construed as investment, financial or trading advice.",
        "Nothing in this newsletter is to be read as a recommendation to buy or to sell.",
        "The views expressed in this column are the writer’s own.",
        "Opinions expressed by contributors are their own.",
        "It does not necessarily reflect the opinion of our editors or of this newspaper.",
        "The Halden Herald accepts no liability for losses that come of the use of this information.",
        "Coin Courier is not responsible for the accuracy of any content in this press release.",
        "This is a sponsored article.",
        "This content was paid for by its maker.",
        "Always do your own research before you buy.",
        "You should carry out your own due diligence before making any investment decision.",
        "Not financial advice.",
        "Past performance is no guide to future returns.",
    ],
)
def test_notices(notice):
    assert is_disclaimer(notice)


@pytest.mark.parametrize(
    "news",
    [
        "Acme put a disclaimer on the box: the scales are for entertainment only.",
        "Disclaimers did not save Acme, the judge found.",
        "Acme said that the figures on its site were for informational purposes only.",
        "“This content is for informational purposes only,” Acme wrote under the chart that cost its users millions.",
        "The court ruled that the chats of this site do not constitute investment advice.",
        "Acme is not liable for the losses of its users, its lawyers argued.",
        "Acme accepts no responsibility for the crash.",
        "The opinions expressed by Acme's chief on television have cost it customers.",
        "Acme did its own research into the brakes and kept it from the regulator.",
        "This is a paid service, and Acme hid that.",
        "Past performance of the fund made Acme careless.",
        "The author of the report has shares in Acme's rival, which nobody noticed.",
        "Disclosure: our publisher owns a fifth of Acme.",
        "Disclosure of the leak came two years late.",
        "Acme gave its clients financial advice that it was not licensed to give.",
        "It is an offer that does not reflect the views of shareholders, and Acme knows it.",
        "Investors should do their own research, the regulator warned.",
        "",
    ],
)
def test_news_about_such_words_stays(news):
    assert not is_disclaimer(news)


def test_a_long_text_is_no_notice():
    assert not is_disclaimer("Disclaimer: " + "word " * LONGEST)


def test_nothing_else_of_the_corpus_is_taken_for_one():
    sentences = (
        sentence
        for name in ("train", "validation", "test")
        for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        for sentence in json.loads(line)["sentences"]
    )
    taken = [s["text"] for s in sentences if "furniture" not in s["tags"] and is_disclaimer(s["text"])]
    assert taken == []


@given(st.text(max_size=400))
def test_any_text_is_answered(text):
    assert is_disclaimer(text) in (True, False)
