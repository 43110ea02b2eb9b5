"""Plays scripts of pool operations on SQLAlchemy's QueuePool and prints the events of each, as JSON lines.

Reads JSON lines from the file named as the argument; Tests/DatabaseTestingTests/Pool/SQLAlchemyTests.swift writes them.
"""

import json
import sys
import warnings

from sqlalchemy import event, exc
from sqlalchemy.pool import QueuePool, base

warnings.simplefilter("ignore")


class Clock:
    """Never the same twice, so that what is older can be told."""

    now = 0.0

    def time(self):
        self.now += 1e-6
        return self.now


class Connection:
    def __init__(self, player):
        self.player = player
        player.opened += 1
        self.number = player.opened

    def rollback(self):
        if self.player.take("failReset"):
            raise RuntimeError("scripted")

    def commit(self):
        pass

    def close(self):
        pass


class Player:
    def __init__(self, script):
        self.opened = 0
        self.log = []
        self.coming = {}
        self.clock = base.time = Clock()
        self.pool = QueuePool(
            self.open,
            pool_size=script["size"],
            max_overflow=script["overflow"],
            timeout=0,
            recycle=script["recycle"],
        )
        self.leases = {}
        self.detached = {}
        for name, argument in [
            ("first_connect", 0),
            ("connect", 0),
            ("checkin", 0),
            ("reset", 0),
            ("invalidate", 0),
            ("soft_invalidate", 0),
            ("close", 0),
            ("detach", 0),
            ("close_detached", 0),
        ]:
            event.listen(self.pool, name, self.note(name, argument))
        event.listen(self.pool, "checkout", self.hook)

    def note(self, name, argument):
        def listener(*arguments):
            self.add(name, arguments[argument])

        return listener

    def add(self, name, connection):
        # A checkin of a record whose connection is gone has none.
        number = connection.number if connection is not None and name not in ("checkin", "first_connect") else 0
        self.log.append(f"{name} {number}")

    def hook(self, connection, record, fairy):
        self.add("checkout", connection)
        if self.take("disconnect"):
            raise exc.DisconnectionError()
        if self.take("reject"):
            raise RuntimeError("scripted")

    def open(self):
        if self.take("failOpen"):
            raise RuntimeError("scripted")
        return Connection(self)

    def take(self, what):
        if self.coming.get(what, 0) == 0:
            return False
        self.coming[what] -= 1
        return True

    def play(self, operation):
        name, number = operation
        lease = self.leases.get(number)
        if name == "checkout":
            try:
                self.leases[number] = self.pool.connect()
            except Exception:
                self.log.append("failed 0")
        elif name in ("failOpen", "failReset", "disconnect", "reject"):
            self.coming[name] = self.coming.get(name, 0) + number
        elif name == "advance":
            self.clock.now += number
        elif name == "closeDetached":
            # SQLAlchemy does not close a detached connection whose reset fails, which is its own mistake.
            self.coming["failReset"] = 0
            if number in self.detached:
                self.detached.pop(number).close()
        elif lease is None:
            pass
        elif name == "checkin":
            self.leases.pop(number).close()
        elif name == "invalidate":
            self.leases.pop(number).invalidate()
        elif name == "softInvalidate":
            lease.invalidate(soft=True)
        elif name == "invalidateAll":
            self.pool._invalidate(self.leases.pop(number))
        elif name == "detach":
            self.detached[number] = self.leases.pop(number)
            self.detached[number].detach()


for line in open(sys.argv[1]):
    script = json.loads(line)
    player = Player(script)
    for operation in script["operations"]:
        player.play(operation)
        player.log.append("|")
    # What is still out is not given back by the end of the script.
    for fairy in list(player.leases.values()) + list(player.detached.values()):
        fairy._connection_record = None
        fairy.dbapi_connection = None
    print(json.dumps(player.log))
