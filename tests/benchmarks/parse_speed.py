"""How fast a text is understood and a read graded, and how the cost grows with length.

    python -m tests.benchmarks.parse_speed

On one core, over reports of about 800 characters in every style of the phantom:

- texts a second: new ones, after as many others, as in a service that has run for a while, and the
  same again, as those of a template are; beside the least that any grammar in this language must do
  to them in the same run: find the words and look each up in a dictionary;
- milliseconds for a pair parsed and graded;
- seconds for a text of 10,000, 100,000 and 1,000,000 characters, each a run of different reports;
- what a fresh process spends on loading the vocabulary, and the memory it then holds.

Prints a table; the last line is JSON.
"""

import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from domain.findings import parse
from domain.grading import grade
from domain.phantom import draw_spectrum
from domain.phantom.reports import write_report

STYLES = ("prose", "narrative", "structured", "shorthand")
SHORTEST, LONGEST = 600, 1_000
COUNT, ROUNDS = 240, 3
LENGTHS = (10_000, 100_000, 1_000_000)
_WORD = re.compile(r"\w+|\S")
_LOAD = """
import json, sys, time
sys.path.insert(0, "platform")
start = time.perf_counter()
from domain.findings import parse
parse("Dilated LV, LVEF 30 %.")
seconds = time.perf_counter() - start
parse("Dilatd ventrikel.")  # typing errors bring the English word list along
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({"load_seconds": seconds, "memory_mb": int(status["VmHWM"].split()[0]) / 1024}))
"""


def reports(count: int = COUNT, seed: int = 77) -> list[str]:
    """Reports of about 800 characters, none twice."""
    found: list[str] = []
    number = 0
    while len(found) < count:
        study = draw_spectrum(seed, number)
        texts = [write_report(study, style) for style in STYLES]
        found += [text for text in texts if SHORTEST <= len(text) <= LONGEST]
        number += 1
    return found[:count]


def texts_a_second(
    work: Callable[[str], object], texts: Sequence[str], rounds: int = ROUNDS
) -> float:
    """By processor time, the best of some rounds."""
    best = 0.0
    for _ in range(rounds):
        start = time.process_time()
        for text in texts:
            work(text)
        best = max(best, len(texts) / (time.process_time() - start))
    return best


def look_up_words(known: frozenset[str]) -> Callable[[str], object]:
    """The least that reading a text takes."""
    return lambda text: [word.lower() in known for word in _WORD.findall(text)]


def pair_milliseconds(texts: Sequence[str]) -> float:
    """Parsing a report and a read of the same length, and grading one against the other."""
    pairs = list(zip(texts[::2], texts[1::2], strict=True))
    start = time.process_time()
    for report, read in pairs:
        grade(parse(report), parse(read))
    return 1000 * (time.process_time() - start) / len(pairs)


def growth(texts: Sequence[str]) -> dict[str, float]:
    """Characters -> seconds, of reports one after another."""
    whole = "\n\n".join(texts)
    whole = "\n\n".join([whole] * (LENGTHS[-1] // len(whole) + 1))
    found = {}
    for length in LENGTHS:
        start = time.process_time()
        parse(whole[:length])
        found[str(length)] = time.process_time() - start
    return found


def main() -> None:
    others, texts = (found := reports(2 * COUNT))[::2], found[1::2]
    known = frozenset(word.lower() for text in texts for word in _WORD.findall(text))
    texts_a_second(parse, others, rounds=1)
    new = texts_a_second(parse, texts, rounds=1)
    again = texts_a_second(parse, texts)
    least = texts_a_second(look_up_words(known), texts)
    grown = growth(texts)
    load = subprocess.run(
        [sys.executable, "-c", _LOAD], capture_output=True, text=True, check=True
    )
    result = {
        "characters": sum(map(len, texts)) / len(texts),
        "texts_a_second_new": new,
        "texts_a_second_again": again,
        "words_looked_up_texts_a_second": least,
        "times_the_least_new": least / new,
        "times_the_least_again": least / again,
        "pair_milliseconds": pair_milliseconds(texts),
        "seconds_by_length": grown,
        "cost_a_character_1m_over_10k": grown["1000000"] / grown["10000"] / 100,
        "memory_after_1m_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        **json.loads(load.stdout),
    }
    for name, value in result.items():
        print(f"{name:34} {value if isinstance(value, dict) else round(value, 3)}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
