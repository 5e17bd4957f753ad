"""Which peers there are, and what each needs. To add one: a file in peers/, a row here."""

from dataclasses import dataclass
from typing import Final, Literal

Format = Literal["html", "text"]

# The environment that the benchmarks themselves run in: our own code, no peers.
OURS: Final = "ours"


@dataclass(frozen=True)
class Environment:
    """A virtual environment: its name, and what is installed in it."""

    name: str
    requirements: tuple[str, ...]


@dataclass(frozen=True)
class Peer:
    """A way to turn a page into text.

    module: file in peers/, or a full name; function: in it; environment: where it runs.
    format: what it reads; note: what a reader of its figures must know.
    """

    name: str
    module: str
    environment: str
    format: Format = "html"
    function: str = "extract"
    note: str = ""


RESILIPARSE: Final = "resiliparse==2.0.1"
# lxml no longer brings its cleaner, and jusText does not ask for it.
CLEANER: Final = "lxml_html_clean==0.4.6"

# What datatrove splits words with, by language.
TOKENISERS: Final = ("spacy[ja]", "nltk", "regex", "jieba", "pyvi", "kiwipiepy<0.22", "xxhash<4", "fasteners")

ENVIRONMENTS: Final = (
    Environment("trafilatura", ("trafilatura==2.3.1", "justext==3.0.2", CLEANER)),
    Environment("resiliparse", (RESILIPARSE,)),
    Environment("chromerag", ("chromerag==0.1.4", RESILIPARSE)),
    Environment("turbohtml", ("turbohtml==1.15.4",)),
    Environment("readability", ("readability-lxml==0.9", CLEANER)),
    Environment("justext", ("justext==3.0.2", CLEANER)),
    Environment("boilerpy3", ("boilerpy3==1.0.7", RESILIPARSE)),
    Environment("newspaper4k", ("newspaper4k==0.9.6", "nltk", "jieba", "tinysegmenter", RESILIPARSE)),
    Environment("goose3", ("goose3==3.1.22", "jieba", RESILIPARSE)),
    Environment("inscriptis", ("inscriptis==2.7.6", RESILIPARSE)),
    Environment("html2lines", ("lxml", "charset_normalizer")),
    Environment("datatrove", ("datatrove==0.10.1", *TOKENISERS, "tokenizers", "orjson")),
    # pip finds its s3fs's boto3 by itself, too, but tries every one there is.
    Environment("dolma", ("dolma==1.2.1", "boto3<1.26.162")),
    Environment("rensa", ("rensa==0.5.0",)),
    Environment("gaoya", ("gaoya==0.2.2",)),
    # 0.4.1 needs Python 3.12.
    Environment("text-dedup", ("text-dedup==0.4.0",)),
)

IN_SAMPLE: Final = "trained on all of WCXB dev: in-sample there"
COMMENTS: Final = "options of its own evaluation: no comments, tables"

HTML_PEERS: Final = (
    Peer("trafilatura", "trafilatura", "trafilatura", note="defaults"),
    Peer("trafilatura-eval", "trafilatura", "trafilatura", function="extract_evaluated", note=COMMENTS),
    Peer("trafilatura-fast", "trafilatura", "trafilatura", function="extract_fast", note=COMMENTS),
    Peer("trafilatura-precision", "trafilatura", "trafilatura", function="extract_precision", note=COMMENTS),
    Peer("trafilatura-recall", "trafilatura", "trafilatura", function="extract_recall", note=COMMENTS),
    Peer("resiliparse", "resiliparse", "resiliparse", note="main content"),
    Peer("chromerag", "chromerag", "chromerag", note=IN_SAMPLE),
    Peer("turbohtml", "turbohtml", "turbohtml", note="main text"),
    Peer("readability-lxml", "readability_lxml", "readability"),
    Peer("justext", "justext", "justext", note="stop list of the page's language, else none"),
    Peer("boilerpy3", "boilerpy3", "boilerpy3", note="article extractor"),
    Peer("newspaper4k", "newspaper4k", "newspaper4k", note="title and text"),
    Peer("goose3", "goose3", "goose3", note="title and text"),
    Peer("inscriptis", "inscriptis", "inscriptis", note="all text"),
)

# What turns HTML into the lines that systems on text are given. The first is the standard one.
RENDERINGS: Final = (
    Peer("detector-lines", "detector_lines", OURS, note="our renderer, markup withheld"),
    Peer("resiliparse-text", "resiliparse", "resiliparse", function="extract_everything"),
    Peer("inscriptis", "inscriptis", "inscriptis"),
    Peer("html2lines", "html2lines", "html2lines", note="the shared data's renderer"),
)

TEXT_PEERS: Final = (
    Peer("keep-all", "line_rules", OURS, "text", "keep_all"),
    Peer("long-lines", "line_rules", OURS, "text", "keep_long", note="lines of 5 or more words"),
    Peer("c4-rules", "line_rules", OURS, "text", "c4", note="ours, from the paper"),
    Peer("refinedweb", "refinedweb", OURS, "text", note="ours, from the paper; no page is dropped"),
    Peer("justext-lines", "justext_lines", "justext", "text", note="its rules, no links"),
    Peer("datatrove-c4", "datatrove", "datatrove", "text", note="drops lines and pages"),
    Peer("datatrove-gopher", "datatrove", "datatrove", "text", "extract_gopher", note="drops pages only"),
)

# Our own whole systems, for speed; their accuracy is scored from out-of-fold outputs.
OUR_SYSTEMS: Final = (
    Peer("detector-html", "detector_scorer", OURS),
    Peer("detector-text", "detector_scorer", OURS, "text", "extract_text"),
    Peer("detector-lines", "detector_lines", OURS, note="our renderer alone"),
)

# Near-duplicates: modules stand in duplicate_peers/. The first is what rates are compared with.
RHO: Final = "samples token positions; flags texts, tells no twin and not which stays"
DUPLICATE_SYSTEMS: Final = (
    Peer("rensa", "rensa", "rensa", "text", "find", "sketches and LSH of 16 bands"),
    Peer("rensa-dedup", "rensa", "rensa", "text", "dedup", "its deduplicator; tells no pairs"),
    Peer("rensa-rho", "rensa", "rensa", "text", "rho", RHO),
    Peer("datasketch", "datasketch", OURS, "text", "find", "one update a shingle, 32-bit xxHash"),
    Peer("datasketch-bulk", "datasketch", OURS, "text", "find_bulk", "32-bit xxHash"),
    Peer("gaoya", "gaoya", "gaoya", "text", "find", "16 bands of 8"),
    Peer("text-dedup", "text_dedup", "text-dedup", "text", "find", "minhash; tells no pairs"),
    Peer("datatrove", "datatrove", "datatrove", "text", "find", "14 buckets of 8; tells no pairs"),
    Peer("detector", "detector", OURS, "text", "find"),
    Peer("detector-8-bit", "detector", OURS, "text", "find_eight_bits", "8 bits a slot"),
    Peer(
        "detector-on-disk",
        "detector",
        OURS,
        "text",
        "find_on_disk",
        "texts stream by; JSON parsed in the time",
    ),
)
NEWS_SYSTEMS: Final = (
    *(peer for peer in DUPLICATE_SYSTEMS if peer.name not in ("detector-8-bit", "detector-on-disk")),
    Peer("detector at .5", "detector", OURS, "text", "find_half"),
)
SIGNING_SYSTEMS: Final = (
    Peer("detector", "detector", OURS, "text", "sign", "bytes to slots"),
    Peer("rensa, ready-made shingles", "rensa", "rensa", "text", "sign_ready"),
    Peer("rensa, Python shingles", "rensa", "rensa", "text", "sign"),
    Peer("datasketch bulk, ready-made shingles", "datasketch", OURS, "text", "sign_ready"),
)
