"""The tables of a ledger, and the way there from those of each earlier version."""

# Each entry brings a ledger from the version before it to its own; nothing here is ever changed.
MIGRATIONS = (
    """
CREATE TABLE segment (name TEXT PRIMARY KEY, length INTEGER, is_closed INTEGER) WITHOUT ROWID;
CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
-- head and tail: what the board's row said of title and marks, of replies and last post
-- ids have no type: numbers are kept as such, what a hostile page calls an id stays text
CREATE TABLE thread (
  id PRIMARY KEY, board TEXT, head BLOB, tail BLOB, last_post INTEGER, pages INTEGER,
  surplus INTEGER, is_sticky INTEGER, is_reversed INTEGER, is_partial INTEGER, coverage INTEGER,
  missing TEXT, is_gone INTEGER
) WITHOUT ROWID;
CREATE INDEX thread_by_board ON thread (board, last_post);
CREATE TABLE page (
  thread, number INTEGER, checked INTEGER, PRIMARY KEY (thread, number)
) WITHOUT ROWID;
CREATE INDEX page_by_age ON page (checked);
-- at: minutes since 1970; floors stand in the order of (at, id), whatever numbers they bear
CREATE TABLE post (
  thread, id, at INTEGER, version INTEGER, hash BLOB, state INTEGER,
  PRIMARY KEY (thread, id)
) WITHOUT ROWID;
CREATE INDEX post_by_order ON post (thread, at);
CREATE TABLE board (id TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID;
-- when the last walk began (minutes since 1970) that saw the whole list, in one scope of arguments
CREATE TABLE walk (
  board TEXT, scope TEXT, began INTEGER, PRIMARY KEY (board, scope)
) WITHOUT ROWID;
CREATE TABLE list (
  board TEXT, number INTEGER, checked INTEGER, PRIMARY KEY (board, number)
) WITHOUT ROWID;
CREATE TABLE refusal (
  id TEXT PRIMARY KEY, thread, reason TEXT, retriable INTEGER, attempts INTEGER,
  version INTEGER, asked INTEGER, url TEXT
) WITHOUT ROWID;
CREATE TABLE job (id INTEGER PRIMARY KEY, arguments TEXT UNIQUE, began INTEGER, run TEXT);
CREATE TABLE task (
  id INTEGER PRIMARY KEY, job INTEGER, kind TEXT, key TEXT, place INTEGER, is_done INTEGER,
  url TEXT, page INTEGER, state TEXT, UNIQUE (job, kind, key)
);
CREATE INDEX task_by_turn ON task (job, is_done, place, kind, id);
""",
    """
-- of how many pages of a kind this trait was found on; the empty name counts the pages themselves
CREATE TABLE trait (
  kind TEXT, name TEXT, pages INTEGER, last INTEGER, PRIMARY KEY (kind, name)
) WITHOUT ROWID;
""",
    """
CREATE TABLE media (
  key TEXT PRIMARY KEY, path TEXT, sha256 BLOB, reason TEXT, retriable INTEGER, attempts INTEGER
) WITHOUT ROWID;
-- a hash of what the last line of a post tells of its pictures and files
ALTER TABLE post ADD COLUMN media BLOB;
""",
)
