"""The archive: the folder of one site, with its lines and the ledger of what is known of them.

`SiteArchive` is a folder open for a run. The values that its ledger knows and learns are in the
modules `state` and `changes`; what identifies a picture or file, and where it lies, in
`media_store`.
"""

from crawler.archive import changes, media_store, state
from crawler.archive.files import (
    fsync_folder,
    replaced_file,
    replaced_folder,
    sha256_of,
    site_folder,
    unwritable,
)
from crawler.archive.ledger import Ledger, LedgerError, read_note
from crawler.archive.locks import BeingWrittenError, written_alone
from crawler.archive.records import Records
from crawler.archive.segments import (
    FILES,
    can_compress,
    encode,
    missing_segments,
    read_lines,
    rewrite,
    segment_paths,
)
from crawler.archive.site_archive import InUseError, SiteArchive
from crawler.archive.tables import hash_bytes

__all__ = [
    "FILES",
    "BeingWrittenError",
    "InUseError",
    "Ledger",
    "LedgerError",
    "Records",
    "SiteArchive",
    "can_compress",
    "changes",
    "encode",
    "fsync_folder",
    "hash_bytes",
    "media_store",
    "missing_segments",
    "read_lines",
    "read_note",
    "replaced_file",
    "replaced_folder",
    "rewrite",
    "segment_paths",
    "sha256_of",
    "site_folder",
    "state",
    "unwritable",
    "written_alone",
]
