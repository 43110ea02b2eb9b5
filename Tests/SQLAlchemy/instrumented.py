"""Prints what OpenTelemetry's instrumentation of SQLAlchemy adds to a statement and to a checkout, in nanoseconds: NAME<tab>fastest round.

Two processes take turns, a hundred rounds each, one with the instrumentation and one without: it wraps functions of every engine. Spans
end in OpenTelemetry's own exporter in memory. The statement is a point select on SQLite in memory.
"""

import multiprocessing
import time

from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import create_engine, text
from sqlalchemy.pool import StaticPool

ROUNDS, OPERATIONS = 100, 200


def statements(engine):
    connection = engine.connect()
    connection.execute(text("CREATE TABLE player (id INTEGER PRIMARY KEY, name TEXT)"))
    connection.execute(text("INSERT INTO player VALUES (1, 'a'), (2, 'b')"))
    select = text("SELECT name FROM player WHERE id = :id")

    def run():
        for number in range(OPERATIONS):
            connection.execute(select, {"id": number % 2 + 1}).scalar()

    return run


def checkouts(engine):
    def run():
        for _ in range(OPERATIONS):
            engine.connect().close()

    return run


def measure(pipe, is_instrumented):
    """Runs one round for each message, and answers with its times."""
    exporter = InMemorySpanExporter()
    engines = [create_engine("sqlite://", poolclass=StaticPool), create_engine("sqlite://")]
    if is_instrumented:
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        SQLAlchemyInstrumentor().instrument(engines=engines, tracer_provider=provider)
    work = [statements(engines[0]), checkouts(engines[1])]
    while pipe.recv():
        times = []
        for run in work:
            exporter.clear()
            start = time.perf_counter_ns()
            run()
            times.append((time.perf_counter_ns() - start) / OPERATIONS)
            spans = len(exporter.get_finished_spans())
            if spans != (OPERATIONS if is_instrumented else 0):
                raise SystemExit("error: %d spans of %d operations" % (spans, OPERATIONS))
        pipe.send(times)


def main():
    pipes = []
    for is_instrumented in [False, True]:
        pipe, other = multiprocessing.Pipe()
        multiprocessing.Process(target=measure, args=(other, is_instrumented), daemon=True).start()
        pipes.append(pipe)
    times = [[], []]
    for _ in range(ROUNDS):
        for pipe, rounds in zip(pipes, times):
            pipe.send(True)
            if not pipe.poll(60):
                raise SystemExit("error: a process did not answer")
            rounds.append(pipe.recv())
    for column, name in enumerate(["statement", "checkout and return"]):
        for prefix, rounds in zip(["SQLAlchemy: ", "SQLAlchemy with OpenTelemetry: "], times):
            print("%s%s\t%.0f" % (prefix, name, min(round[column] for round in rounds)))


main()
