"""A polite crawl from one machine. Each value with its reason; override any with -s NAME=VALUE."""

from crawler.archive import segments

BOT_NAME = "discuz"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
COMMANDS_MODULE = "crawler.commands"

# Who asks, and where to find him: a forum's owner who wonders about the requests can then ask
# instead of blocking. CONTACT is an address of yours, as in "mailto:me@example.org", or that of a
# page that says what you do; it is sent as part of the agent's name.
USER_AGENT = "discuz-archiver/0.1 (Scrapy)"
CONTACT = ""
ROBOTSTXT_OBEY = True

# Forums often run on one small machine: one request at a time, a second between two, longer when
# answers get slower.
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.0
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 1.0
AUTOTHROTTLE_MAX_DELAY = 60.0
# saved pages bother nobody, and are read in the order in which they were captured
DOWNLOAD_SLOTS = {"": {"concurrency": 1, "delay": 0}}

# No page of a forum is this large, packed or unpacked; a hostile one may be (the default is 1 GiB).
# What is larger is cut off and refused as too_large.
DOWNLOAD_MAXSIZE = 32 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_TIMEOUT = 60

# The spider asks again for what comes and goes, by what the page says and not by its status;
# Scrapy's own middleware is left with answers that never came.
RETRY_HTTP_CODES: list[int] = []
RETRY_TIMES = 2

# So many answers in a row that are not the forum's own words about what was asked for (guards,
# firewalls, other hosts, a login for what could be read) mean that something is in the way: the run
# ends, and what was not reached waits for the next one. One now and then is asked for again.
STOP_AFTER_BLOCKS = 5
# So many answers in a row that never came, or were the server's error: the forum is down.
STOP_AFTER_FAILURES = 6

# Edits and deletions in old pages leave no trace in a list: so many pages are looked at again in
# each run, oldest check first, half of them pages of lists (each tells of twenty threads and more).
# Five hundred are ten minutes of a polite crawl: a small forum is seen whole every night, one of
# 15,000 pages once a month. For a run every hour fifty will do; 0 looks at nothing again.
REVISIT_PAGES = 500
# A thread or board that was refused for good (no permission, a password) is asked again after so
# many days: rights change seldom.
REVISIT_REFUSED_DAYS = 30

# X3.3 answers 200 to most failures and X3.5 a 404 or 503: the page is read, whatever its status,
# and tells why there is no thread in it.
HTTPERROR_ALLOW_ALL = True
# From http to https, to www., to phones' pages and back are five; a server that leads on and on
# costs no more.
REDIRECT_MAX_TIMES = 6
# A thread may answer its very first request with a redirect to itself; a filter of addresses
# would drop it without a word. The spider knows threads by id, so nothing is asked twice.
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"

DOWNLOADER_MIDDLEWARES = {
    # the spider asks the hosts it was given and no others; a redirect elsewhere becomes a refusal
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "crawler.middlewares.SameSiteRedirectMiddleware": 600,
    # before anything that might use up a request, and behind nothing that answers for the server
    "crawler.middlewares.RetryAfterMiddleware": 560,
    # by the bytes and not by the headers alone
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.compression.PackedBodies": 590,
    # before robots.txt is asked for: that of a private address is not
    "crawler.middlewares.PublicAddressMiddleware": 50,
    # before all others
    "crawler.middlewares.NothingMiddleware": 1,
    # no more than a browser keeps
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "crawler.middlewares.BoundedCookiesMiddleware": 700,
    # Scrapy's allows everything where robots.txt cannot be had
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.robots.RobotsMiddleware": 100,
}
# Headers as large as browsers take, and OLD_TLS.
DOWNLOAD_HANDLERS = {
    "http": "crawler.transport.ForumHandler",
    "https": "crawler.transport.ForumTlsHandler",
}
# Yes for a forum whose server speaks only TLS 1.0 or 1.1, with weak ciphers or short keys, as ten
# years ago: whoever stands between may then read and change what is sent, a member's cookies among
# it.
OLD_TLS = False
# A pause that is longer than these seconds is a refusal: the run ends and the next one goes on. So
# is a Crawl-delay of robots.txt: a forum that wants a day between two requests wants no crawl.
RETRY_AFTER_MAX = 600
EXTENSIONS = {
    # AutoThrottle stands at 0 and sets the delay first
    "crawler.extensions.crawl_delay.CrawlDelay": 100,
    "crawler.extensions.member_cookies.MemberCookies": 100,
    "crawler.extensions.run_record.RunRecord": 100,
    "crawler.extensions.progress_view.ProgressView": 100,
    "crawler.extensions.metrics.Metrics": 100,
    "crawler.extensions.on_failure.FailureHook": 100,
    # ours says more
    "scrapy.extensions.logstats.LogStats": None,
}
# How far a run has come: "live" draws it on a terminal, "lines" says it in the log every
# PROGRESS_SECONDS, as a timer's log wants it; "auto" is live where somebody watches, and "none"
# says nothing.
PROGRESS = "auto"
PROGRESS_SECONDS = 60
# Whether each run ends with a page of its own, runs/<run>.html; `scrapy report` draws it later.
REPORT = True
# A folder for node_exporter's textfile collector, where each run leaves its numbers for Prometheus.
METRICS_DIR = ""
# A command that is run when a run fails, as in "/usr/local/bin/tell-me"; see docs/scheduling.md.
ON_FAILURE = ""
# What a page says counts, not where it would send a browser in three seconds.
METAREFRESH_ENABLED = False

ITEM_PIPELINES = {
    "crawler.pipelines.media.MediaFiles": 200,
    "crawler.pipelines.check.CheckPipeline": 300,
    "crawler.pipelines.store.StorePipeline": 800,
}
# Rules for single sites, where the general ones do not do: SITES_DIR/*.toml.
SITES_DIR = "sites"
# Lines go to DATA_DIR/<site>/. Relative to where the command is run.
DATA_DIR = "data"
# A file that editors, mail and version control still take; then the next one is begun.
SEGMENT_SIZE = segments.SEGMENT_SIZE

# Of a run over many sites so many are open at a time, each with some ten files. 0: as many as the
# limit of open files (ulimit -n) has room for, up to 64.
SITES_AT_ONCE = 0
# What a full segment becomes: "" (stays as it is), "gzip", or "zstd" (Python 3.14 or zstandard).
SEGMENT_COMPRESSION = ""
# Articles and posts have `text_html`, a clean HTML of their words; "no" leaves it out.
TEXT_HTML = True
# Pictures and files of posts, into DATA_DIR/<site>/media: "images", "attachments" (uploaded ones,
# pictures among them), "all" or "none". Each is a request more, and counts as a download in the
# forum; with a member's cookies it may cost his credits.
MEDIA = "none"
# What is larger is refused as too_large.
MEDIA_MAXSIZE = 64 * 1024 * 1024
# Pictures are asked for at public addresses and at the forum's own host only, for anybody may write
# any address into a post. Hosts of a local network that may be asked, too: "pictures.example.lan".
MEDIA_LOCAL_HOSTS: list[str] = []
# An attachment may lie on a host of its own, to which the forum redirects.
MEDIA_ALLOW_REDIRECTS = True
# What lines tell of people. AUTHORS: "keep"; "pseudonym", a name that stays the same within a site
# and says nothing (keyed by a salt in the ledger); "drop", nobody is named. LOCATION: "keep", or
# "drop" where the forum shows from where somebody wrote. See docs/responsible-use.md.
AUTHORS = "keep"
LOCATION = "keep"
# Cookies of a member, as a browser exports them (Netscape cookies.txt), for boards that only
# members see. They are sent to the forum and appear nowhere else.
COOKIES_FILE = ""

# Two doors into a running crawl that nobody here needs.
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False

LOG_LEVEL = "INFO"
FEED_EXPORT_ENCODING = "utf-8"
