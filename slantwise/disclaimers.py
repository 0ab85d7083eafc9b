"""Legal notices that sites print under their articles: no advice, no liability, the author's views, paid for.

Works on one paragraph. It is a notice if it calls itself one ("Disclaimer: …"), or if it speaks of the page it stands
on in a notice's words. What somebody says, or is reported to say, of such words is news and stays, and so do
disclosures ("Disclosure: our publisher owns shares in Acme"): they tell readers something of the company. Knows nothing
of companies or stances.
"""

from __future__ import annotations

import re

# In characters; a longer paragraph has an article in it.
LONGEST = 1_000

_CALLED = re.compile(
    r"""^\W*(?:(?:\w+[’']s|legal|general|important|risk|investment|financial|full|affiliate|editorial|standard)\s+){0,2}
    (?:disclaimers?|risk\ (?:warning|notice|disclosure)|legal\ notice|important\ notice)(?:\s*[:.–—|*]|\s+-\s|\W*$)""",
    re.IGNORECASE | re.VERBOSE,
)
_PAGE = r"""\b(?:this|these|our|the|any|all|no|nothing)\b[^.;:]{0,25}?
    \b(?:articles?|contents?|posts?|pages?|sites?|websites?|newsletters?|publications?|materials?|information|opinions?|
    views?|commentary|column|piece|analysis|research\ note|press\ releases?)\b"""
_ADVICE = r"\b(?:advice|recommendations?|endorsements?|solicitations?|an?\ offer|an?\ invitation|guarantees?)\b"
_OWN_RESEARCH = r"your\ own\ (?:\w+\ )?(?:research|due\ diligence)\b"
# A notice is one of these.
_FOR_INFORMATION = rf"""{_PAGE}[^.;]{{0,80}}\b(?:is|are|has\ been|have\ been)\b[^.;]{{0,60}}
    \b(?:for|as)\ (?:\w+\ (?:and|or|&)\ )?(?:general\ )?
    (?:informational|information|educational|entertainment|reference)[^.;]{{0,40}}\b(?:purposes?|use)\b"""
_NO_ADVICE = rf"""{_PAGE}[^.;]{{0,100}}\b(?:does|do|should|shall|must|is|are|can|may|will|be)\ not\b[^.;]{{0,60}}
    \b(?:constitut\w+|constru\w+|consider\w*|intend\w*|taken|treated|relied|regarded|interpret\w+|offer\w*|provid\w+|meant)
    \b[^;]{{0,140}}{_ADVICE}
    |\b(?:nothing|no\ part)\b[^.;]{{0,40}}\b(?:this|our|herein)\b[^.;]{{0,80}}{_ADVICE}
    |^\W*(?:this\ is\ )?not\ (?:financial|investment|legal|tax|trading)\ advice\W*$"""
_OWN_VIEWS = r"""\b(?:views?|opinions?|statements?)\b[^.;]{0,30}\bexpressed\b[^.;]{0,60}
    \b(?:here(?:in)?|in\ this|on\ this|by\ the\ authors?|by\ (?:our\ )?contributors?|
    are\ (?:solely\ |only\ |entirely\ )?
    (?:those|the\ author[’']s|his|her|their|my)\ (?:of\ the\ (?:author|writer|contributor)|own|alone))\b
    |\b(?:does|do|may|might)\ not\ (?:necessarily\ )?(?:reflect|represent)\b[^.;]{0,50}
    \b(?:views?|opinions?|polic\w+|position)\b[^.;]{0,20}\bof\b[^.;]{0,80}
    \b(?:this|our|its\ (?:editors|owners|staff))\b"""
_NO_LIABILITY = r"""\b(?:accepts?\ no|do(?:es)?\ not\ accept|assumes?\ no|do(?:es)?\ not\ assume|disclaims?|
    (?:is|are|shall|will|be)\ not\ (?:be\ )?(?:held\ )?(?:responsible|liable))\b[^.;]{0,120}
    \b(?:this|our|herein|any)\ (?:\w+\ ){0,3}
    (?:article|content|page|site|website|information|material|post|press\ release|reliance)\b"""
_PAID_FOR = r"""^\W*this\ (?:article|content|post|page|story|piece|publication)\ (?:is|was|contains?|has\ been)
    \ (?:an?\ )?(?:sponsored|paid|affiliate|promotional|advertorial)\b
    |^\W*this\ (?:is|was)\ (?:an?\ )?(?:sponsored|paid|affiliate|promotional)\ (?:\w+\ )?
    (?:article|content|post|story|piece|press\ release|message)\b"""
_TAKE_CARE = rf"""^\W*(?:please\ )?(?:always\ )?(?:do|conduct|perform|carry\ out|make)\ {_OWN_RESEARCH}
    |\byou\ should\b[^.;]{{0,40}}\b{_OWN_RESEARCH}[^.;]{{0,80}}\b(?:invest|decision|trad|mak)
    |^\W*past\ performance\ (?:is|does|should|may)\b[^.;]{{0,60}}\bfuture\b"""
_NOTICE = re.compile(
    "|".join((_FOR_INFORMATION, _NO_ADVICE, _OWN_VIEWS, _NO_LIABILITY, _PAID_FOR, _TAKE_CARE)),
    re.IGNORECASE | re.VERBOSE,
)
# What every notice has one of: the patterns above take long to find nothing.
_KEYS = """
disclaim purpose advice recommend endorse solicit offer invit guarant expressed reflect represent accept assume liable
responsible sponsored paid affiliate promotional advertorial performance warning notice research diligence
""".split()
_REPORTED = re.compile(
    r"""[“”"]|\b(?:said|says|say|told|argued?s?|wrote|writes|claim(?:s|ed)?|insist(?:s|ed)?|according\ to|court|judge|
    lawyers?|lawsuit|spokes\w+|added|stated|replied)\b""",
    re.IGNORECASE | re.VERBOSE,
)


def is_disclaimer(paragraph: str) -> bool:
    """Whether a paragraph, white space joined, is a site's legal notice."""
    if len(paragraph) > LONGEST:
        return False
    lowered = paragraph.lower()
    if not any(key in lowered for key in _KEYS):
        return False
    if _CALLED.match(paragraph):
        return True
    return bool(_NOTICE.search(paragraph)) and not _REPORTED.search(paragraph)
