"""The systems to measure, and what each needs. To add one: a file in peers/, and a row here."""

from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote

from benchmarks.files import ROOT

Format = Literal["html", "text"]

# The environment of the benchmarks themselves: our own code, no peers.
OURS: Final = "ours"
# The last version with kernels compiled by numba, from the history of this repository.
NUMBA: Final = "detector-numba"
NUMBA_COMMIT: Final = "c08595b7fb0ac950f6220d32d8fe520091cc46e8"


@dataclass(frozen=True)
class Environment:
    """A virtual environment.

    requirements: what pip installs; packages: what npm installs
    commit: of this project, for an environment with an earlier version; python: the version that it needs, if
    it differs from ours
    """

    name: str
    requirements: tuple[str, ...]
    commit: str = ""
    packages: tuple[str, ...] = ()
    python: str = ""


@dataclass(frozen=True)
class Peer:
    """A system that is measured.

    module, function: where it is called; environment: where it runs
    format: what it reads; note: what readers of its figures must know
    batch: the function takes many pages at once (for speed); ours: a version of this project
    """

    name: str
    module: str
    environment: str
    format: Format = "html"
    function: str = "extract"
    note: str = ""
    batch: bool = False
    ours: bool = False


HTML: Final = "benchmarks.peers.html"
RENDERERS: Final = "benchmarks.peers.renderers"
TEXT: Final = "benchmarks.peers.text"
NEAR_DUPLICATES: Final = "benchmarks.peers.near_duplicates"

RESILIPARSE: Final = "resiliparse==2.0.1"
# Our own parser: both of our versions are measured with the same one.
TURBOHTML: Final = "turbohtml==1.15.4"
# pip requires a host in a requirement.
OUR_HISTORY: Final = f"boilerplate-detector @ git+file://localhost{quote(ROOT.as_posix())}@{NUMBA_COMMIT}"
# lxml no longer includes its cleaner, and jusText does not require it.
CLEANER: Final = "lxml_html_clean==0.4.6"

# The packages that datatrove uses to split words, by language.
TOKENISERS: Final = ("spacy[ja]", "nltk", "regex", "jieba", "pyvi", "kiwipiepy<0.22", "xxhash<4", "fasteners")

ENVIRONMENTS: Final = (
    Environment("trafilatura", ("trafilatura==2.3.1", "justext==3.0.2", CLEANER)),
    Environment("resiliparse", (RESILIPARSE,)),
    Environment("chromerag", ("chromerag==0.1.4", RESILIPARSE)),
    Environment("turbohtml", (TURBOHTML,)),
    Environment("readability", ("readability-lxml==0.9", CLEANER)),
    Environment("justext", ("justext==3.0.2", CLEANER)),
    Environment("boilerpy3", ("boilerpy3==1.0.7", RESILIPARSE)),
    Environment("newspaper4k", ("newspaper4k==0.9.6", "nltk", "jieba", "tinysegmenter", RESILIPARSE)),
    Environment("goose3", ("goose3==3.1.22", "jieba", RESILIPARSE)),
    Environment("inscriptis", ("inscriptis==2.7.6", RESILIPARSE)),
    # Its only wheel.
    Environment("rs-trafilatura", ("rs-trafilatura==0.1.1",), python="3.12"),
    Environment("pagesift", ("pagesift==0.80.0", "markdown-it-py", RESILIPARSE)),
    Environment("defuddle", (RESILIPARSE,), packages=("defuddle@0.19.4", "linkedom@0.18.12")),
    Environment("rdtextract", ("rdtextract==0.4.0", "lxml", "markdown-it-py", RESILIPARSE)),
    Environment("websieve", ("websieve==0.1.2", RESILIPARSE)),
    Environment("winnow-md", ("winnow-md==0.1.3",)),
    # Not a peer: it reads the labelled PDF files (data/loaders/made_texts.py).
    Environment("pdfminer", ("pdfminer.six==20260107",)),
    Environment("html2lines", ("lxml", "charset_normalizer")),
    Environment("datatrove", ("datatrove==0.10.1", *TOKENISERS, "tokenizers", "orjson")),
    # pip also finds the boto3 of its s3fs on its own, but tries every version.
    Environment("dolma", ("dolma==1.2.1", "boto3<1.26.162")),
    Environment("rensa", ("rensa==0.5.0",)),
    Environment("gaoya", ("gaoya==0.2.2",)),
    # There is no wheel for Linux, so it is compiled when it is installed.
    Environment("fastsketchlsh", ("fastsketchlsh==1.0.1",)),
    Environment("tors", ("tors==0.16.0",)),
    # 0.4.1 needs Python 3.12.
    Environment("text-dedup", ("text-dedup==0.4.0",)),
    Environment(NUMBA, (OUR_HISTORY, "numba==0.68.1", "numpy", TURBOHTML), NUMBA_COMMIT),
)

IN_SAMPLE: Final = "trained on all of WCXB dev: in-sample there"
SAME_PAGES: Final = "made by the authors of WCXB: in-sample there"
COMMENTS: Final = "options of its own evaluation: no comments, tables"

HTML_PEERS: Final = (
    Peer("trafilatura", f"{HTML}.trafilatura", "trafilatura", note="defaults"),
    Peer(
        "trafilatura-eval", f"{HTML}.trafilatura", "trafilatura", function="extract_evaluated", note=COMMENTS
    ),
    Peer("trafilatura-fast", f"{HTML}.trafilatura", "trafilatura", function="extract_fast", note=COMMENTS),
    Peer(
        "trafilatura-precision",
        f"{HTML}.trafilatura",
        "trafilatura",
        function="extract_precision",
        note=COMMENTS,
    ),
    Peer(
        "trafilatura-recall", f"{HTML}.trafilatura", "trafilatura", function="extract_recall", note=COMMENTS
    ),
    Peer("resiliparse", f"{HTML}.resiliparse", "resiliparse", note="main content"),
    Peer("chromerag", f"{HTML}.chromerag", "chromerag", note=IN_SAMPLE),
    Peer("rs-trafilatura", f"{HTML}.rs_trafilatura", "rs-trafilatura", note=SAME_PAGES),
    Peer(
        "rs-trafilatura, address",
        f"{HTML}.rs_trafilatura",
        "rs-trafilatura",
        function="extract_with_address",
        note="given the address that the page declares",
    ),
    Peer("pagesift", f"{HTML}.pagesift", "pagesift", note="its Markdown, rendered"),
    Peer("defuddle", f"{HTML}.defuddle", "defuddle", note="linkedom; its HTML, rendered"),
    Peer("rdtextract", f"{HTML}.rdtextract", "rdtextract", note="its Markdown, rendered"),
    Peer("websieve", f"{HTML}.websieve", "websieve", note="its extraction only"),
    Peer("turbohtml", f"{HTML}.turbohtml", "turbohtml", note="main text"),
    Peer("readability-lxml", f"{HTML}.readability_lxml", "readability"),
    Peer("justext", f"{HTML}.justext", "justext", note="stop list of the page's language, else none"),
    Peer("boilerpy3", f"{HTML}.boilerpy3", "boilerpy3", note="article extractor"),
    Peer("newspaper4k", f"{HTML}.newspaper4k", "newspaper4k", note="title and text"),
    Peer("goose3", f"{HTML}.goose3", "goose3", note="title and text"),
    Peer("inscriptis", f"{RENDERERS}.inscriptis", "inscriptis", note="all text"),
)
# ChromeRAG with other pages of the site, for comparison with our profiles.
PROFILE_PEER: Final = Peer("chromerag", f"{HTML}.chromerag", "chromerag", function="extract_with_site")

# The renderers that give the lines for systems on text. The first is the standard one.
RENDERINGS: Final = (
    Peer(
        "detector-lines",
        f"{RENDERERS}.detector_lines",
        OURS,
        note="our renderer, without markup",
        ours=True,
    ),
    Peer("resiliparse-text", f"{HTML}.resiliparse", "resiliparse", function="extract_everything"),
    Peer("inscriptis", f"{RENDERERS}.inscriptis", "inscriptis"),
    Peer("html2lines", f"{RENDERERS}.html2lines", "html2lines", note="the shared data's renderer"),
)

TEXT_PEERS: Final = (
    Peer("keep-all", f"{TEXT}.line_rules", OURS, "text", "keep_all"),
    Peer("long-lines", f"{TEXT}.line_rules", OURS, "text", "keep_long", note="lines of 5 or more words"),
    Peer("c4-rules", f"{TEXT}.line_rules", OURS, "text", "c4", note="ours, from the paper"),
    Peer("refinedweb", f"{TEXT}.refinedweb", OURS, "text", note="ours, from the paper; no page is dropped"),
    Peer("winnow-md", f"{TEXT}.winnow_md", "winnow-md", "text", note="its rules, lines as paragraphs"),
    Peer("justext-lines", f"{TEXT}.justext_lines", "justext", "text", note="its rules, no links"),
    Peer("datatrove-c4", f"{TEXT}.datatrove_filters", "datatrove", "text", note="drops lines and pages"),
    Peer(
        "datatrove-gopher",
        f"{TEXT}.datatrove_filters",
        "datatrove",
        "text",
        "extract_gopher",
        note="drops pages only",
    ),
)


IN_BATCHES: Final = "in batches"
BY_PAGE: Final = "one page at a time"


def _both_versions(name: str, module: str, given: Format, function: str, note: str) -> tuple[Peer, ...]:
    """Return the same call of this project in this version, and in the last version with numba."""
    old = f"detector 0.1 (numba){name.partition(',')[1]}{name.partition(',')[2]}"
    batch = note != BY_PAGE
    return (
        Peer(name, module, OURS, given, function, note, batch, ours=True),
        Peer(old, module, NUMBA, given, function, note, batch, ours=True),
    )


# Our own whole systems, for speed; their accuracy is scored from out-of-fold outputs.
OUR_SYSTEMS: Final = (
    *_both_versions("detector-html", f"{HTML}.detector_html", "html", "extract_batch", IN_BATCHES),
    *_both_versions("detector-html, page by page", f"{HTML}.detector_html", "html", "extract", BY_PAGE),
    *_both_versions("detector-text", f"{TEXT}.detector_text", "text", "extract_batch", IN_BATCHES),
    *_both_versions("detector-text, page by page", f"{TEXT}.detector_text", "text", "extract", BY_PAGE),
    Peer("detector-lines", f"{RENDERERS}.detector_lines", OURS, note="our renderer only", ours=True),
)
# Many small pages: only scored, and scored with the lines of each read.
LINES: Final = "with .lines of every page"
LINES_SYSTEMS: Final = (
    *_both_versions("detector-html", f"{HTML}.detector_html", "html", "score_batch", IN_BATCHES),
    *_both_versions("detector-html, and .lines", f"{HTML}.detector_html", "html", "lines_batch", LINES),
)

# Near-duplicates. The first system is the reference for rates.
RHO: Final = "samples token positions; only flags texts, without pairs"
NEAR_DUPLICATE_SYSTEMS: Final = (
    Peer("rensa", f"{NEAR_DUPLICATES}.rensa", "rensa", "text", "find", "sketches and LSH of 16 bands"),
    Peer(
        "rensa-dedup",
        f"{NEAR_DUPLICATES}.rensa",
        "rensa",
        "text",
        "dedup",
        "its deduplicator; returns no pairs",
    ),
    Peer("rensa-rho", f"{NEAR_DUPLICATES}.rensa", "rensa", "text", "rho", RHO),
    Peer(
        "datasketch",
        f"{NEAR_DUPLICATES}.datasketch",
        OURS,
        "text",
        "find",
        "one update per shingle, 32-bit xxHash",
    ),
    Peer("datasketch-bulk", f"{NEAR_DUPLICATES}.datasketch", OURS, "text", "find_bulk", "32-bit xxHash"),
    Peer("gaoya", f"{NEAR_DUPLICATES}.gaoya", "gaoya", "text", "find", "16 bands of 8"),
    Peer(
        "fastsketchlsh", f"{NEAR_DUPLICATES}.fastsketchlsh", "fastsketchlsh", "text", "find", "16 bands of 8"
    ),
    Peer(
        "tors", f"{NEAR_DUPLICATES}.tors", "tors", "text", "find", "words without punctuation; 16 bands of 8"
    ),
    Peer(
        "text-dedup",
        f"{NEAR_DUPLICATES}.text_dedup",
        "text-dedup",
        "text",
        "find",
        "minhash; returns no pairs",
    ),
    Peer(
        "datatrove",
        f"{NEAR_DUPLICATES}.datatrove_minhash",
        "datatrove",
        "text",
        "find",
        "14 buckets of 8; returns no pairs",
    ),
    Peer("detector", f"{NEAR_DUPLICATES}.detector", OURS, "text", "find", ours=True),
    Peer(
        "detector-on-disk",
        f"{NEAR_DUPLICATES}.detector",
        OURS,
        "text",
        "find_on_disk",
        "streamed from a file; includes parsing JSON",
        ours=True,
    ),
)
NEWS_SYSTEMS: Final = (
    *(peer for peer in NEAR_DUPLICATE_SYSTEMS if peer.name != "detector-on-disk"),
    Peer("pyspark-minhash", f"{NEAR_DUPLICATES}.pyspark_minhash", OURS, "text", "find", "5 hash tables"),
    Peer("detector at .5", f"{NEAR_DUPLICATES}.detector", OURS, "text", "find_half", ours=True),
)
CONTAINMENT_SYSTEMS: Final = (
    Peer("detector", f"{NEAR_DUPLICATES}.detector", OURS, "text", "find_contained", "exact", ours=True),
    Peer(
        "datasketch MinHashLSHEnsemble",
        f"{NEAR_DUPLICATES}.datasketch",
        OURS,
        "text",
        "find_ensemble",
        "32 parts; candidates are not verified",
    ),
)
SIGNING_SYSTEMS: Final = (
    Peer("detector", f"{NEAR_DUPLICATES}.detector", OURS, "text", "sign", "bytes to slots", ours=True),
    Peer(
        "detector 0.1 (numba)",
        f"{NEAR_DUPLICATES}.detector_numba",
        NUMBA,
        "text",
        "sign",
        "bytes to slots",
        ours=True,
    ),
    Peer("rensa, ready-made shingles", f"{NEAR_DUPLICATES}.rensa", "rensa", "text", "sign_ready"),
    Peer("rensa, Python shingles", f"{NEAR_DUPLICATES}.rensa", "rensa", "text", "sign"),
    Peer("datasketch bulk, ready-made shingles", f"{NEAR_DUPLICATES}.datasketch", OURS, "text", "sign_ready"),
)
