"""The tables of a ledger, and the steps that bring an older ledger to them.

SQLite's `user_version` says how many of the steps a ledger has had; `Ledger` runs the others, all
in one transaction.
"""

# Each step brings a ledger from the version before it to its own. A step is never changed once it
# is released: to change a table, add a step.
MIGRATIONS = (
    """
CREATE TABLE segment (name TEXT PRIMARY KEY, length INTEGER, is_closed INTEGER) WITHOUT ROWID;
CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
-- head: a hash of title and marks in the row of the board's list; tail: of replies and last post.
-- last_post: minutes since 1970. missing: a JSON list of positions.
-- ids have no type: a number is kept as one, and what a hostile page calls an id as text
CREATE TABLE thread (
  id PRIMARY KEY, board TEXT, head BLOB, tail BLOB, last_post INTEGER, pages INTEGER,
  surplus INTEGER, is_sticky INTEGER, is_reversed INTEGER, is_partial INTEGER, coverage INTEGER,
  missing TEXT, is_gone INTEGER
) WITHOUT ROWID;
CREATE INDEX thread_by_board ON thread (board, last_post);
-- checked: seconds since 1970, with a minus sign where the page was looked at in vain
CREATE TABLE page (
  thread, number INTEGER, checked INTEGER, PRIMARY KEY (thread, number)
) WITHOUT ROWID;
CREATE INDEX page_by_age ON page (checked);
-- at: minutes since 1970; posts are ordered by (at, id), whatever floor numbers they show.
-- state: bits, see crawler/archive/tables/posts.py
CREATE TABLE post (
  thread, id, at INTEGER, version INTEGER, hash BLOB, state INTEGER,
  PRIMARY KEY (thread, id)
) WITHOUT ROWID;
CREATE INDEX post_by_order ON post (thread, at);
CREATE TABLE board (id TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID;
-- began: when the last reading of the whole list began, in minutes since 1970.
-- scope: the arguments that limited it
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
-- job: a crawl that is not finished, by its arguments; task: what it asks for
CREATE TABLE job (id INTEGER PRIMARY KEY, arguments TEXT UNIQUE, began INTEGER, run TEXT);
CREATE TABLE task (
  id INTEGER PRIMARY KEY, job INTEGER, kind TEXT, key TEXT, place INTEGER, is_done INTEGER,
  url TEXT, page INTEGER, state TEXT, UNIQUE (job, kind, key)
);
CREATE INDEX task_by_turn ON task (job, is_done, place, kind, id);
""",
    """
-- pages: on how many pages of a kind a trait was found; the empty name counts the pages themselves.
-- last: when it was last found, in seconds since 1970
CREATE TABLE trait (
  kind TEXT, name TEXT, pages INTEGER, last INTEGER, PRIMARY KEY (kind, name)
) WITHOUT ROWID;
""",
    """
CREATE TABLE media (
  key TEXT PRIMARY KEY, path TEXT, sha256 BLOB, reason TEXT, retriable INTEGER, attempts INTEGER
) WITHOUT ROWID;
-- media: a hash of what came of the pictures and files of a post, by its last line
ALTER TABLE post ADD COLUMN media BLOB;
""",
    """
ALTER TABLE refusal ADD COLUMN board TEXT;
-- seconds since 1970: first met; last counted among the nights; asked for again from then on
ALTER TABLE refusal ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE refusal ADD COLUMN nights INTEGER NOT NULL DEFAULT 0;
ALTER TABLE refusal ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE refusal ADD COLUMN due INTEGER NOT NULL DEFAULT 0;
UPDATE refusal SET since = asked;
-- earlier versions took answers that were not the forum's for its word: all are asked for again
UPDATE refusal SET retriable = 1 WHERE reason IN
  ('not_discuz', 'template_unknown', 'off_site', 'ip_banned', 'too_large');
UPDATE refusal SET asked = 0 WHERE NOT retriable AND reason != '';
""",
    """
-- author: who wrote a post by its last line (crawler/items/authorship.py); NULL: not known
ALTER TABLE post ADD COLUMN author TEXT;
""",
    """
-- comments: how many a post has as far as is known, NULL: not known; has_more: and more than these.
-- of a thread: how many were known when its surplus was
ALTER TABLE post ADD COLUMN comments INTEGER;
ALTER TABLE post ADD COLUMN has_more INTEGER;
ALTER TABLE thread ADD COLUMN comments INTEGER;
""",
    """
-- threads: how many it has by the counter of its list, in_index by that of the index.
-- pages: by its pager; shown: so many of them are shown, NULL: all.
-- coverage: the version of its last coverage line, told: a hash of what that line says.
-- gap: what of its list cannot be reached; since, nights, counted: as those of a refusal
ALTER TABLE board ADD COLUMN threads INTEGER;
ALTER TABLE board ADD COLUMN in_index INTEGER;
ALTER TABLE board ADD COLUMN pages INTEGER NOT NULL DEFAULT 0;
ALTER TABLE board ADD COLUMN shown INTEGER;
ALTER TABLE board ADD COLUMN has_boards INTEGER NOT NULL DEFAULT 0;
ALTER TABLE board ADD COLUMN coverage INTEGER NOT NULL DEFAULT 0;
ALTER TABLE board ADD COLUMN told BLOB;
ALTER TABLE board ADD COLUMN gap TEXT NOT NULL DEFAULT '';
ALTER TABLE board ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE board ADD COLUMN nights INTEGER NOT NULL DEFAULT 0;
ALTER TABLE board ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
-- unread: rows of the page whose threads cannot be told
ALTER TABLE list ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;
-- listed: the threads that a board's list showed. is_moved: by the row that a moved one left
-- behind; is_blind: by a row that does not tell whether the thread changed
CREATE TABLE listed (
  board TEXT, thread, is_moved INTEGER, is_blind INTEGER, PRIMARY KEY (board, thread)
) WITHOUT ROWID;
-- missing: numbers of ranges that no thread has; asked: when, in seconds since 1970
CREATE TABLE missing (thread INTEGER PRIMARY KEY, asked INTEGER);
CREATE INDEX refusal_by_thread ON refusal (thread) WHERE thread IS NOT NULL;
""",
    """
-- shown: a hash of the post as its page alone shows it, where the page leaves out comments
ALTER TABLE post ADD COLUMN shown BLOB;
""",
    """
-- nights, counted, due: as those of a refusal; asked: when last, in seconds since 1970.
-- earlier versions took answers that were not the forum's for its word: all are due again
ALTER TABLE media ADD COLUMN nights INTEGER NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN due INTEGER NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
UPDATE media SET retriable = 1 WHERE reason IS NOT NULL AND reason != 'robots_disallowed';
CREATE INDEX media_by_reason ON media (reason) WHERE reason IS NOT NULL;
-- due: when a page is looked at for the sake of its files, in seconds since 1970.
-- is_denied: it shows files that are refused for want of rights
ALTER TABLE page ADD COLUMN due INTEGER;
ALTER TABLE page ADD COLUMN is_denied INTEGER;
CREATE INDEX page_by_due ON page (due) WHERE due IS NOT NULL;
""",
    """
-- tail: a hash of the last bytes of an open segment (crawler/archive/segments.py), NULL: not known
ALTER TABLE segment ADD COLUMN tail BLOB;
""",
    """
-- odd_since: since when the counter of a thread says something that its surplus does not explain,
-- in seconds since 1970
ALTER TABLE thread ADD COLUMN odd_since INTEGER NOT NULL DEFAULT 0;
-- missed: posts that the last reading of their thread missed, although nothing proves that they are
-- gone; since: the run that missed them first
CREATE TABLE missed (thread, post, since INTEGER, PRIMARY KEY (thread, post)) WITHOUT ROWID;
""",
    """
-- schema: the version of the lines' schema by which the hash was last made; NULL: 1.0
ALTER TABLE post ADD COLUMN schema TEXT;
""",
)
