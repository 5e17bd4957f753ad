"""Sites as crawls find them: a redesign, languages, users of a host, mirrors, pages of an article, print versions."""

import html
import random
from typing import NamedTuple

WHO = (
    "the baker", "a young teacher", "my neighbour", "the ferry captain", "an engineer from the mill",
    "the choir", "two fishermen", "the librarian", "a nurse", "the oldest gardener", "her brother",
)  # fmt: skip
DID = (
    "repaired", "sold", "photographed", "described", "painted", "measured", "crossed", "found", "borrowed",
    "opened", "searched", "remembered",
)  # fmt: skip
WHAT = (
    "the wooden bridge", "a box of old letters", "the market hall", "the clock above the station",
    "a path along the river", "the roof of the school", "the first boat of the year", "an empty warehouse",
    "the garden wall", "a map of the valley", "the lighthouse", "the well behind the church",
)  # fmt: skip
WHEN = (
    "before the rain came", "while the others were asleep", "on a cold morning in spring",
    "after the meeting had ended", "although nobody had asked for it", "as soon as the snow was gone",
    "when the harbour was quiet", "because the old one had fallen down",
)  # fmt: skip
GERMAN = (
    ("der Bäcker", "eine junge Lehrerin", "der Kapitän der Fähre", "mein Nachbar", "die Bibliothekarin"),
    ("reparierte", "verkaufte", "beschrieb", "fotografierte", "vermaß", "suchte"),
    ("die hölzerne Brücke", "das Dach der Schule", "die Markthalle", "den Leuchtturm", "eine alte Karte des Tals"),
    ("bevor der Regen kam", "an einem kalten Morgen im Frühling", "obwohl niemand darum gebeten hatte"),
)  # fmt: skip
INDONESIAN = (
    ("tukang roti itu", "seorang guru muda", "nakhoda kapal", "tetangga saya", "petugas perpustakaan"),
    ("memperbaiki", "menjual", "memotret", "mengukur", "mencari", "menceritakan"),
    ("jembatan kayu", "atap sekolah", "pasar lama", "mercusuar di tanjung", "peta lembah yang tua"),
    ("sebelum hujan turun", "pada pagi yang dingin", "meskipun tidak ada yang meminta"),
)  # fmt: skip
FRENCH = (
    ("le boulanger", "une jeune institutrice", "le capitaine du bac", "mon voisin", "la bibliothécaire"),
    ("réparait", "vendait", "décrivait", "photographiait", "mesurait", "cherchait"),
    ("le pont de bois", "le toit de l'école", "la halle du marché", "le phare", "une vieille carte de la vallée"),
    ("avant l'arrivée de la pluie", "par un matin froid de printemps", "bien que personne ne l'ait demandé"),
)  # fmt: skip
ENGLISH = (WHO, DID, WHAT, WHEN)

HEAD = ("Home", "News", "Sport", "Culture", "Weather", "Contact the editors")
FOOT = (
    "Subscribe to our weekly newsletter",
    "About the Valley Post",
    "Privacy policy",
    "Follow us on social media",
)
NEW_HEAD = ("Start", "Latest stories", "Opinion", "Video", "Podcasts", "Log in to your account")
NEW_FOOT = (
    "Get the app for your phone",
    "Who we are and how we work",
    "Terms of service",
    "Careers at the Post",
)


class Made(NamedTuple):
    """A page. template: lines that must go; own: its headline and paragraphs, which must stay."""

    id: str
    url: str
    template: tuple[str, ...]
    own: tuple[str, ...]
    text: str

    def row(self):
        return {"id": self.id, "url": self.url, "text": self.text}


def prose(seed, paragraphs=5, words=ENGLISH):
    """A headline and paragraphs of three sentences, others for every seed."""
    draw = random.Random(seed)
    say = [
        f"{(who := draw.choice(words[0]))[0].upper()}{who[1:]} {draw.choice(words[1])} {draw.choice(words[2])} "
        f"{draw.choice(words[3])}, {draw.choice(words[0])} {draw.choice(words[1])} {draw.choice(words[2])}."
        for _ in range(3 * paragraphs)
    ]
    headline = " ".join((draw.choice(words[0]), draw.choice(words[1]), draw.choice(words[2])))
    return (headline[0].upper() + headline[1:], *(" ".join(say[at : at + 3]) for at in range(0, len(say), 3)))


def made(id, url, own, head, foot, format, canonical=None, note=None):
    """A page of a site. note: a line of the template below the headline."""
    template = (*head, *([note] if note else []), *foot)
    if format == "text":
        lines = [*head, own[0], *([note] if note else []), *own[1:], *foot]
        return Made(id, url, template, own, "\n".join(lines))
    menu = "".join(f'<li><a href="/{at}">{line}</a></li>' for at, line in enumerate(head))
    below = "".join(f'<p><a href="/foot/{at}">{line}</a></p>' for at, line in enumerate(foot))
    link = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    body = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in own[1:])
    paging = f'<div class="pages">{note}</div>' if note else ""
    text = (
        f"<!DOCTYPE html><html><head><title>{own[0]} - Valley Post</title>{link}</head><body><nav><ul>{menu}</ul>"
        f"</nav><main><h1>{own[0]}</h1>{paging}{body}</main><footer>{below}</footer></body></html>"
    )
    return Made(id, url, template, own, text)


def redesign(format):
    """Twenty old pages, and ten after the redesign."""
    for number in range(30):
        head, foot = (HEAD, FOOT) if number < 20 else (NEW_HEAD, NEW_FOOT)
        yield made(f"p{number}", f"https://redesign.example/s/{number}", prose(number), head, foot, format)


def languages(format):
    """One site in four languages, most pages in English."""
    menus = {
        "en": (18, ENGLISH, ("Home", "News", "Contact us"), ("Subscribe to our newsletter", "Privacy policy", "All rights reserved")),
        "de": (8, GERMAN, ("Startseite", "Nachrichten", "Kontakt"), ("Newsletter abonnieren", "Datenschutzerklärung", "Alle Rechte vorbehalten")),
        "id": (8, INDONESIAN, ("Beranda", "Berita", "Hubungi kami"), ("Berlangganan buletin kami", "Kebijakan privasi", "Hak cipta dilindungi")),
        "fr": (8, FRENCH, ("Accueil", "Actualités", "Nous contacter"), ("Abonnez-vous à notre lettre", "Mentions légales", "Tous droits réservés")),
    }  # fmt: skip
    for code, (pages, words, head, foot) in menus.items():
        choice = ("English", "Deutsch", "Bahasa Indonesia", "Français")
        for number in range(pages):
            own = prose(f"{code}{number}", words=words)
            url = f"https://languages.example/{code}/{number}"
            yield made(f"{code}{number}", url, own, (*head, *choice), foot, format)


def users(format):
    """Twelve users of one host, each with a template of their own."""
    names = ["anna", "bob", "carla", "dedi", "eko", "fatima", "gita", "hans", "ines", "jan", "kira", "lars"]
    menu = (
        "Welcome to my page", "My projects", "Teaching", "Photos of my garden", "Links I like", "Publications",
        "Guest book", "Music", "Recipes", "Old notes", "Bicycle tours", "About me",
    )  # fmt: skip
    for place, name in enumerate(names):
        head = tuple(menu[(place + at) % 12] for at in range(4))
        foot = (f"This page belongs to {name.title()} and is not official", f"Write to {name}@uni.example")
        for number in range(6):
            url = f"https://people.uni.example/~{name}/{number}.html"
            yield made(f"{name}{number}", url, prose(f"{name}{number}"), head, foot, format)


def mirrors(format):
    """The AMP, the mobile and the desktop version of each article, in this order."""
    for number in range(15):
        own, page = prose(f"mirror{number}"), f"https://www.mirrors.example/s/{number}"
        yield made(
            f"amp{number}", f"https://amp.mirrors.example/s/{number}", own, HEAD[:2], FOOT[:2], format, page
        )
        mobile = f"https://m.mirrors.example/s/{number}"
        yield made(f"m{number}", mobile, own, NEW_HEAD, NEW_FOOT, format, page)
        yield made(f"www{number}", page, own, HEAD, FOOT, format, page)


def pages_of_articles(format):
    """Twelve short articles, and three long ones of four pages, which repeat headline and first paragraph."""
    for number in range(12):
        url = f"https://paged.example/s/{number}"
        yield made(f"short{number}", url, prose(f"short{number}"), HEAD, FOOT, format)
    for number in range(3):
        headline, lead, *rest = prose(f"long{number}", 33)
        for page in (4, 3, 2, 1):
            # The first page is the shortest.
            own = (headline, lead, *rest[8 * page - 8 : 8 * page - (3 if page == 1 else 0)])
            url = f"https://paged.example/long/{number}" + (f"?page={page}" if page > 1 else "")
            yield made(f"long{number}-{page}", url, own, HEAD, FOOT, format, note=f"Page {page} of 4")


def print_versions(format):
    """The print version of each article, then the article."""
    for number in range(15):
        own = prose(f"print{number}")
        url, head = f"https://papers.example/s/{number}", ("Print this page", "Close window")
        foot = ("Printed from the Valley Post",)
        yield made(f"print{number}", f"{url}/print", own, head, foot, format, url)
        yield made(f"article{number}", url, own, HEAD, FOOT, format, url)


def halves(format):
    """Mobile versions with the first half of an article, then the articles."""
    whole = [page for page in mirrors(format) if page.id.startswith("www")]
    for page in whole:
        url = page.url.replace("www", "m")
        yield made(f"half{page.id}", url, page.own[:4], NEW_HEAD, NEW_FOOT, format)
    yield from whole


def tag_pages(format):
    """Tag pages with one article each, then the articles."""
    articles = list(redesign(format))[:20]
    for tag, page in zip(("harbour", "school", "music"), articles, strict=False):
        own = (f"Stories tagged {tag}", *page.own)
        yield made(f"tag-{tag}", f"https://redesign.example/tag/{tag}", own, HEAD, FOOT, format)
    yield from articles


def listing(format):
    """A short page with the headlines and first paragraphs of four articles, then the articles."""
    articles = list(redesign(format))[:20]
    own = ("Around the harbour", *(line for page in articles[:4] for line in page.own[:2]))
    yield made("around", "https://redesign.example/harbour", own, HEAD, FOOT, format)
    yield from articles


def archive(format):
    """A page with six articles that begins with the headline of the first, then the articles."""
    articles = list(redesign(format))[:20]
    own = tuple(line for page in articles[:6] for line in page.own)
    yield made("archive", "https://redesign.example/archive", own, HEAD, FOOT, format)
    yield from articles


def releases(format, number):
    """A page with all press releases, then the releases; all have one headline. And twelve articles."""
    host, headline = f"https://releases{number}.example", "Press release of the police"
    own = [(headline, *prose(f"release{at}")[1:]) for at in range(number)]
    everything = (headline, *(line for lines in own for line in lines[1:]))
    yield made(f"today{number}", f"{host}/police/today", everything, HEAD, FOOT, format)
    for at, lines in enumerate(own):
        yield made(f"release{number}-{at}", f"{host}/police/{at}", lines, HEAD, FOOT, format)
    for at in range(12):
        yield made(f"story{number}-{at}", f"{host}/s/{at}", prose(f"story{at}"), HEAD, FOOT, format)


def article_of_six_pages(format):
    """An article of six pages that repeat its headline and its first paragraph, and twelve articles."""
    headline, lead, *rest = prose("six", 44)
    for page in range(1, 7):
        own = (headline, lead, *rest[7 * page - 7 : 7 * page])
        yield made(f"six-{page}", f"https://six.example/long/{page}", own, HEAD, FOOT, format)
    for at in range(12):
        yield made(f"beside{at}", f"https://six.example/s/{at}", prose(f"beside{at}"), HEAD, FOOT, format)


SITES = {
    "redesign": redesign, "languages": languages, "users": users, "mirrors": mirrors,
    "pages of articles": pages_of_articles, "print versions": print_versions,
}  # fmt: skip
# Documents of a site that go as near-duplicates, by the beginnings of their ids.
GO = {"mirrors": ("amp", "m"), "print versions": ("print",)}
