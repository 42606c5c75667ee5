"""A forum that lives while it is archived: its history, its pages, and the laws of the archive.

`python -m tests.forum.living --seconds 600 --seed 1` makes histories by the seed, archives each
forum night after night, and holds the archive against the forum. A breach is told by the shortest
history that shows it, as Python that a test can be made of.

`forum.py` is the forum as Discuz keeps it, `events.py` what happens in it, `views.py` its pages as
facts, `nights.py` the nights of an archive, `laws.py` what must hold, `histories.py` the histories
by the seed and their shortest form. `markup.py` are its pages as HTML; with them `served.py` runs
`scrapy crawl` over loopback (`--served`), `obstructed.py` archives it behind obstacles
(`--obstacles`).
"""
