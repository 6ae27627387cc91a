"""The usual way beside a broker: paho-mqtt, json, hashlib, a dict and SQLite. Runs in paho's own environment.

`python paho_consumer.py PORT DATABASE KEY QOS`: subscribes to what devices tell, checks each signature, keeps the
latest value of each device in a dict, and has a thread commit the events together every 20 ms, as durably as we do.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
import threading
import time
from collections import deque
from typing import Any

import paho.mqtt.client as mqtt

INTERVAL = 0.02
SCHEMA = """
CREATE TABLE events (seq INTEGER PRIMARY KEY, at REAL NOT NULL, device INTEGER NOT NULL, kind INTEGER NOT NULL,
                     data TEXT NOT NULL);
"""
STATE = 5


class Consumer:
    """What it knows of the devices, and what waits to be stored."""

    def __init__(self, database: str, key: str) -> None:
        self.key = key
        self.twin: dict[str, dict[str, Any]] = {}
        self.rows: dict[str, int] = {}
        self.waiting: deque[tuple[Any, ...]] = deque()
        self.seq = 0
        self.database = sqlite3.connect(database, check_same_thread=False)
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.execute("PRAGMA synchronous=FULL")
        self.database.executescript(SCHEMA)

    def message(self, client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        """Verified, into the twin, and to be stored."""
        body = json.loads(message.payload)
        header = body["header"]
        text = f"{header['messageId']}{self.key}{header['timestamp']}"
        if hashlib.md5(text.encode()).hexdigest() != header["sign"]:
            return
        device = message.topic.split("/")[2]
        values = {f"switch_{each['channel']}": bool(each["onoff"]) for each in body["payload"]["togglex"]}
        if self.twin.get(device) == values:
            return
        self.twin[device] = values
        self.seq += 1
        row = self.rows.setdefault(device, len(self.rows) + 1)
        self.waiting.append((self.seq, time.time(), row, STATE, json.dumps(values)))

    def store(self) -> None:
        """For ever: what waits, in one transaction."""
        while True:
            time.sleep(INTERVAL)
            if rows := [self.waiting.popleft() for _ in range(len(self.waiting))]:
                with self.database:
                    self.database.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", rows)


def main(port: int, database: str, key: str, qos: int) -> None:
    """Until it is ended; says `ready` once it listens."""
    consumer = Consumer(database, key)
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, "consumer")
    client.on_message = consumer.message
    client.on_subscribe = lambda *_: print("ready", flush=True)
    client.connect("127.0.0.1", port)
    client.subscribe("/appliance/+/publish", qos)
    threading.Thread(target=consumer.store, daemon=True).start()
    client.loop_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
