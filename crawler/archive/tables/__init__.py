"""The ledger's tables by subject: each class saves and answers for a few tables of the database.

They share the connection, and so the transaction, of the ledger that they are part of. How the
tables are laid out stands in `crawler/archive/migrations.py`.
"""

from crawler.archive.tables.boards import BoardTable
from crawler.archive.tables.media import MediaTable
from crawler.archive.tables.posts import PostTable, hash_bytes
from crawler.archive.tables.refusals import RefusalTable
from crawler.archive.tables.threads import ThreadTable

__all__ = [
    "BoardTable",
    "MediaTable",
    "PostTable",
    "RefusalTable",
    "ThreadTable",
    "hash_bytes",
]
