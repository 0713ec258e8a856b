"""How fast and how complete the search for neighbours is, beside exact searches in the same run.

    python -m tests.benchmarks.search [--sizes 10000,30000,100000]

On a PostgreSQL of its own: studies with a case each, 512 numbers a study, loaded by COPY and then
indexed by the index of the migration. The vectors lie in clusters: 200 directions, each vector at
a cosine of about .8 to one of them, the rest of it in all directions alike (which is harder for an
index than real embeddings, whose neighbours differ in few directions). Queries are further draws.

Timed is what a page does: `similar.search.nearest` over `studies_embedded` of what the reader may
see, the query's building and its answer included. Readers: one who sees every case,
and a fellow of a programme that has published one case in twenty. Beside them the same search by
PostgreSQL without the index, and by numpy over an array in memory. The last line is JSON.
"""

import argparse
import json
import math
import os
import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from config.embedded.postgres import start_postgres

WIDTH, CLUSTERS, TO_CENTRE = 512, 200, 0.8
QUERIES, EXACT_QUERIES, AT_MOST = 300, 20, 10
ONE_IN = 20
TARGET = 1_000_000
Vectors = NDArray[np.float32]
BEGAN = time.monotonic()


def say(sentence: str) -> None:
    print(f"[{time.monotonic() - BEGAN:6.1f} s] {sentence}", flush=True)


def clustered(count: int, rng: np.random.Generator, centres: Vectors) -> Vectors:
    """(count, WIDTH) of length one, as halfvec keeps them."""
    noise = rng.normal(size=(count, WIDTH)).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    chosen = centres[rng.integers(0, len(centres), count)]
    vectors = TO_CENTRE * chosen + math.sqrt(1 - TO_CENTRE**2) * noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float16).astype(np.float32)


class Library:
    """The tables of a library, grown in steps; `vectors[n]` is that of the study `ids[n]`."""

    def __init__(self) -> None:
        from django.utils import timezone

        from people.models import Programme
        from people.services import add_person
        from similar.models import ModelVersion

        self.programme = Programme.objects.create(name="Benchmark")
        self.readers = {
            role: add_person(
                programme=self.programme,
                email=f"{role}@test.invalid",
                name=role,
                password="a long enough phrase",
                role=role,
            )
            for role in ("director", "fellow")
        }
        self.now = timezone.now()
        self.version = ModelVersion.objects.create(
            name="benchmark", state="serving", created_at=self.now
        )
        self.rng = np.random.default_rng(11)
        directions = self.rng.normal(size=(CLUSTERS, WIDTH)).astype(np.float32)
        self.centres = directions / np.linalg.norm(directions, axis=1, keepdims=True)
        self.queries = clustered(QUERIES, self.rng, self.centres)
        self.vectors = np.empty((0, WIDTH), np.float32)
        self.ids: list[uuid.UUID] = []

    @property
    def published(self) -> NDArray[np.bool_]:
        return np.arange(len(self.ids)) % ONE_IN == 0

    def grow(self, size: int) -> float:
        """To `size` studies; returns the seconds that building the index took."""
        from django.db import connection

        from similar.models import Embedding

        (index,) = Embedding._meta.indexes
        with connection.schema_editor() as editor:
            editor.remove_index(Embedding, index)
        more = clustered(size - len(self.ids), self.rng, self.centres)
        self._copy(more)
        say(f"{size:,} studies loaded")
        with connection.cursor() as cursor:
            cursor.execute("SET maintenance_work_mem = '1GB'")
            cursor.execute("SET max_parallel_maintenance_workers = 0")
            began = time.perf_counter()
            with connection.schema_editor() as editor:
                editor.add_index(Embedding, index)
            seconds = time.perf_counter() - began
            cursor.execute("VACUUM ANALYZE")
        say(f"indexed in {seconds:.0f} s")
        return seconds

    def _copy(self, more: Vectors) -> None:
        first = len(self.ids)
        ids = [uuid.uuid4() for _ in more]
        now = self.now
        programme = self.programme.pk
        studies = (
            (pk, programme, f"1.2.{first + n}", "s", now, "", "", "", "[]", "[]")
            for n, pk in enumerate(ids)
        )
        _copy(
            "cases_study (id, programme_id, study_instance_uid, label, imported_at, patient_age,"
            " patient_sex, manufacturer, gaps, found)",
            studies,
        )
        # The report and the case of a study share its key here.
        _copy(
            "cases_report (id, study_id, text, claims, vocabulary_version, created_at)",
            ((pk, pk, ".", '{"claims": []}', "1", now) for pk in ids),
        )
        _copy(
            "cases_case (id, programme_id, study_id, report_id, number, title, history, open,"
            " published, created_at)",
            (
                (pk, programme, pk, pk, n, "c", "", False, n % ONE_IN == 0, now)
                for n, pk in enumerate(ids, start=first)
            ),
        )
        _copy(
            "similar_embedding (study_id, model_version_id, vector, finding_scores, made_at)",
            (
                (pk, self.version.pk, f"[{','.join(f'{value:.6g}' for value in vector)}]", "{}",
                 now)
                for pk, vector in zip(ids, more.tolist(), strict=True)
            ),
        )
        self.ids += ids
        self.vectors = np.concatenate([self.vectors, more])


def _copy(into: str, rows: Any) -> None:
    from django.db import connection

    with connection.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def exact(vectors: Vectors, query: NDArray[np.float32]) -> NDArray[np.intp]:
    """The indices of the AT_MOST nearest, nearest first."""
    cosine = vectors @ query
    best = np.argpartition(-cosine, AT_MOST)[:AT_MOST]
    order: NDArray[np.intp] = best[np.argsort(-cosine[best])]
    return order


def timed(work: Callable[[Any], Any], queries: Sequence[Any]) -> tuple[list[Any], dict[str, float]]:
    """The answers, and the milliseconds at the 50th and 95th percentile."""
    for query in queries[:5]:
        work(query)
    answers, seconds = [], []
    for query in queries:
        began = time.perf_counter()
        answers.append(work(query))
        seconds.append(time.perf_counter() - began)
    p50, p95 = np.percentile(np.array(seconds) * 1000, [50, 95])
    return answers, {"p50_ms": round(float(p50), 2), "p95_ms": round(float(p95), 2)}


def measure(library: Library, role: str, mask: NDArray[np.bool_]) -> dict[str, Any]:
    """Recall and latency of one reader's searches; `mask`: which studies that reader sees."""
    from django.db import connection, transaction

    from cases.selectors import cases_seen_by
    from similar.search import nearest
    from similar.selectors import studies_embedded

    seen = cases_seen_by(library.readers[role])
    where = np.flatnonzero(mask)
    vectors = np.ascontiguousarray(library.vectors[where])

    def by_index(query: list[float]) -> list[uuid.UUID]:
        rows = studies_embedded(library.version, among=seen)
        return [pk for pk, _ in nearest(rows, query, key="study_id", at_most=AT_MOST)]

    def by_sql(query: list[float]) -> list[uuid.UUID]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_indexscan = off")
            return by_index(query)

    queries = library.queries.tolist()
    found, result = timed(by_index, queries)
    truth, by_numpy = timed(lambda query: exact(vectors, query), list(library.queries))
    sql, by_exact_sql = timed(by_sql, queries[:EXACT_QUERIES])
    wanted = [[library.ids[where[n]] for n in one] for one in truth]

    def recall(answers: list[list[uuid.UUID]]) -> float:
        pairs = list(zip(answers, wanted, strict=False))
        return float(np.mean([len(set(got) & set(want)) / AT_MOST for got, want in pairs]))

    return {
        "seen": len(where),
        "recall": round(recall(found), 4),
        "fewest_rows": min(map(len, found)),
        **result,
        "numpy": by_numpy,
        "exact_sql": by_exact_sql | {"recall": round(recall(sql), 4)},
    }


def extrapolated(rows: list[dict[str, Any]], key: str) -> float:
    """`key` at TARGET studies, from a line through its values over the logarithm of the size."""
    sizes = np.log([row["size"] for row in rows])
    slope, intercept = np.polyfit(sizes, [row["every case"][key] for row in rows], 1)
    return round(float(intercept + max(slope, 0.0) * math.log(TARGET)), 1)


def run(sizes: list[int]) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    library = Library()
    rows = []
    for size in sizes:
        seconds = library.grow(size)
        everyone = np.ones(size, np.bool_)
        row = {"size": size, "index_s": round(seconds, 1)}
        row["every case"] = measure(library, "director", everyone)
        say("measured for a reader who sees every case")
        row["one case in twenty"] = measure(library, "fellow", library.published)
        say("measured for a reader who sees one case in twenty")
        rows.append(row)
    report(rows)


def report(rows: list[dict[str, Any]]) -> None:
    print()
    print("studies  reader               rows  recall@10   p50 ms  p95 ms   exact SQL    numpy")
    for row in rows:
        for reader in ("every case", "one case in twenty"):
            one = row[reader]
            print(
                f"{row['size']:>7,}  {reader:<19} {one['fewest_rows']:>5}  {one['recall']:>9.4f}"
                f"  {one['p50_ms']:>7.2f} {one['p95_ms']:>7.2f}"
                f"  {one['exact_sql']['p50_ms']:>10.1f} {one['numpy']['p50_ms']:>8.2f}"
            )
    result: dict[str, Any] = {"rows": rows}
    if len(rows) > 1:
        result["at_1_000_000"] = {
            key: extrapolated(rows, key) for key in ("p50_ms", "p95_ms")
        }
        print(
            f"\nAt {TARGET:,} studies about {result['at_1_000_000']['p50_ms']} ms (p95"
            f" {result['at_1_000_000']['p95_ms']} ms): a search walks down the layers of a graph"
            " whose number grows with the logarithm of the size, so the times are carried on along"
            " a line through that logarithm. This holds while the index (some 1.3 GB then) stays in"
            " memory; the exact searches grow in proportion."
        )
    print(json.dumps(result))


def main() -> int:
    parser = argparse.ArgumentParser(description="Measures the search for neighbours.")
    parser.add_argument("--sizes", default="10000,30000,100000", help="studies, ascending")
    options = parser.parse_args()
    state = Path(tempfile.mkdtemp(prefix="cinerounds-search-"))
    os.environ["CINEROUNDS_VAR"] = str(state)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ.setdefault("DJANGO_SECRET_KEY", "a key for a benchmark alone")
    server = start_postgres(
        state / "postgres", password="only-for-tests", log=state / "postgres.log", durable=False
    )
    try:
        os.environ["DATABASE_URL"] = server.url
        say("PostgreSQL is up")
        import django

        django.setup()
        from django.db import connections

        run([int(size) for size in options.sizes.split(",")])
        connections.close_all()
    finally:
        server.stop()
        shutil.rmtree(state, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
