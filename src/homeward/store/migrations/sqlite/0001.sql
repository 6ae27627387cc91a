CREATE TABLE devices (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    family TEXT NOT NULL,
    native_id TEXT NOT NULL,
    name TEXT NOT NULL,
    adopted INTEGER NOT NULL,
    first_seen REAL NOT NULL,
    description TEXT NOT NULL,          -- JSON
    native TEXT NOT NULL,               -- JSON
    removed INTEGER NOT NULL DEFAULT 0  -- 1: only the id is kept, for the event that tells of the removal
);

CREATE TABLE twin (
    device INTEGER PRIMARY KEY REFERENCES devices (row),
    states TEXT NOT NULL                -- JSON: {key: {"value": …, "at": seconds}}
);

-- The twin holds what all events up to `seq` told; later ones are replayed onto it.
CREATE TABLE checkpoint (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL
);

INSERT INTO checkpoint VALUES (1, 0);

CREATE TABLE facts (
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,                -- JSON
    PRIMARY KEY (owner, key)
) WITHOUT ROWID;

CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    at REAL NOT NULL,                   -- seconds since the epoch
    device INTEGER NOT NULL REFERENCES devices (row),
    kind INTEGER NOT NULL,              -- 1 pending 2 adopted 3 removed 4 described 5 state 6 online 7 offline 8 happened
    data TEXT NOT NULL                  -- JSON
);

-- A run is an index by device over some thousand events, up to and with `last`; homeward/store/runs.py says why.
CREATE TABLE runs (last INTEGER PRIMARY KEY);

CREATE TABLE history (
    run INTEGER NOT NULL,
    device INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (run, device, seq)
) WITHOUT ROWID;

-- All but states is rare, and asked for by kind ("when was it offline?"); states pay nothing for this.
CREATE INDEX events_beside_states ON events (kind) WHERE kind <> 5;
