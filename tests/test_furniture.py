import pytest
from hypothesis import given
from hypothesis import strategies as st

from slantwise.furniture import article_blocks
from slantwise.records import Part

BODY = "Halden recalled 40,000 cars on Monday.\n\nIt said nobody had been hurt. The agency disagreed."


def kept(text, title=""):
    return [(b.part, text[b.start : b.end]) for b in article_blocks(text, title)]


def bodies(text, title=""):
    return [t for p, t in kept(text, title) if p is Part.BODY]


def test_plain_paragraphs_stay():
    assert bodies(BODY) == BODY.split("\n\n")


@pytest.mark.parametrize(
    "furniture",
    [
        "Latest Stories\n-\nMinister opens bridge\n7 minutes -\nStriker scores twice\n1 hour",
        "By Ann Other",
        "Jo Bloggs\n\nWrites about cars. Father of two.\n\nView all posts by Jo Bloggs →",
        "!function(f,b,e){if(f.q)return;n=f.q=function(){n.push(arguments)};}\nq('init', '12');",
        "Continue Reading\nAdvertisement Find your dream job\n\nTrending",
        "Writers earn a little with every upvote.\nIf you liked this piece, create your account today!",
        "Https%3a%2f%2fcdn.example%2fvideo%2fthumb%2f859",
        "photo(1).jpg",
        "March 4, 2021",
        "Sign up for our newsletter to get more of this every day.",
        "© 2021 The Daily. All rights reserved.",
        "Read more: the ten worst recalls of the decade",
        "Disclaimer: Nothing here is a reason to buy a car.",
        "Become a member for the price of a coffee a week.",
        "Did you like this article? Tell us in the box below!",
        "You get this letter because you signed up on our site.",
        "Edited by the weekend desk. Fact checks by two colleagues.",
        "You can help to pay for the next one.",
        "This page updates by itself every thirty seconds.",
    ],
)
def test_furniture_after_the_body_goes(furniture):
    assert bodies(f"{BODY}\n\n{furniture}") == BODY.split("\n\n")


@pytest.mark.parametrize(
    "furniture",
    [
        "Audio By Carbonatix",
        "Connect with us\n\nTechnology\n\nPublished\n\non",
        "in cars •  6 years ago",
        "March 4, 2021",
    ],
)
def test_furniture_before_the_body_goes(furniture):
    assert kept(f"{furniture}\n\n{BODY}") == [(Part.BODY, p) for p in BODY.split("\n\n")]


def test_headings_are_headlines_and_repeated_ones_go():
    text = f"Halden recalls its cars\n\nHalden recalls its cars\n\n{BODY}\n\nWhat the agency says\n\nIt said that it would wait and see."
    assert [t for p, t in kept(text) if p is Part.HEADLINE] == ["Halden recalls its cars", "What the agency says"]
    assert [t for p, t in kept(text, title="Halden recalls its cars!") if p is Part.HEADLINE] == [
        "What the agency says"
    ]


def test_sentences_that_look_a_little_like_furniture_stay():
    text = (
        "Users sign up for the service at the till and create an account there.\n"
        "Published figures show that Halden sold 12 cars.\n"
        "The company said its privacy terms; rules; and prices = fair.\n"
        "By Monday the carmaker had recalled every car it had ever sold, the agency said in a note."
    )
    assert bodies(text) == text.split("\n")


def test_what_a_pull_quote_repeats_counts_once():
    pull = "The agency says that nobody told it of the second crash."
    told = [f"Halden hid the recall. {pull} It wants to know why.", "Halden disagrees and says that it told everyone."]
    assert bodies(f"{told[0]}\n\n{pull}\n\n{told[1]}") == told
    assert bodies(f"{pull}\n\n{told[0]}\n\n{told[1]}") == told
    assert bodies(f"{pull}\n\n{told[1]}\n\n{pull}") == [pull, told[1]]
    assert bodies(f"Halden is sorry.\n\n{told[1]}\n\nHalden is sorry.")[::2] == ["Halden is sorry."] * 2


def test_running_text_after_a_list_of_stories_comes_back():
    text = f"{BODY}\n\nRelated stories\nBridge opens\n\nHalden has made cars in the valley since 1931 and employs 4,000 people there."
    assert bodies(text)[-1].startswith("Halden has made cars")


def test_hard_wrapped_text_is_joined():
    wrapped = "Halden recalled 40,000 of its small cars on Monday after the\nbrakes of two of them had failed on a steep road near the old\nmill, and it said that nobody had been hurt by any of it so\nfar. The agency disagreed."
    assert len(bodies(wrapped)) == 1


def test_a_bare_headline_is_the_article():
    assert kept("Halden lied to its drivers") == [(Part.BODY, "Halden lied to its drivers")]


@given(st.text(max_size=300))
def test_blocks_lie_in_order_within_any_text(text):
    blocks = article_blocks(text)
    assert all(0 <= b.start < b.end <= len(text) for b in blocks)
    assert all(a.end <= b.start for a, b in zip(blocks, blocks[1:], strict=False))
    assert all(text[b.start : b.end].strip() == text[b.start : b.end] for b in blocks)
