"""Small folders to try the views on."""

from detector import clean_corpus
from detector.settings import CorpusSettings, EngineSettings

STORIES = (
    "The owl in the fire station has moved out of the hose tower, and the brigade dries its hoses inside again.",
    "Since Easter the church clock has been six minutes early, and half of the village has grown used to it.",
    "Twenty horses are expected at the fair on the meadow, and a donkey that is called the guest of honour.",
    "A beaver has dammed the brook above the mill, and the gardens of three families stand under water.",
    "The last ferry of the winter left with eleven people and two dogs on board, and will come back in March.",
    "The new bridge over the gorge is made of larch, and creaks a little when the bus drives over it.",
)
# Boilerplate that reads like text, so that the model needs labels.
NOTICES = (
    "Whoever finds a mistake in these pages may bring it to the counter, where it is put right over a cup of tea.",
    "Our thanks go to the bakery, which carries the paper up the valley with the morning bread.",
    "The Messenger has come out every Friday since 1911 and is printed by Holm and Sons in Mill Lane.",
    "Letters to the paper are read by everybody at the counter and answered by the youngest of us.",
)


def write_site(folder):
    """Six pages of one site. Each notice is on three of them, too few to be found by repetition alone."""
    folder.mkdir(parents=True)
    for number, story in enumerate(STORIES):
        notices = NOTICES[:2] if number < 3 else NOTICES[2:]
        retold = f"It was {story[0].lower()}{story[1:]}"
        (folder / f"{number}.txt").write_text("\n\n".join([story.split(",")[0], story, retold, *notices]))
    return folder


def write_run(folder):
    """A finished corpus run over a site, with a near-duplicate."""
    pages = folder / "pages"
    pages.mkdir(parents=True)
    for number, story in enumerate(STORIES):
        text = "\n".join(
            [story.split(",")[0], story, f"{story} Again: {story}", NOTICES[2], "Leave a Reply", "Read more"]
        )
        (pages / f"{number}.txt").write_text(text)
    (pages / "copy.txt").write_text(
        (pages / "1.txt").read_text().replace("half of the village", "all of the village", 1)
    )
    clean_corpus(
        [pages],
        folder / "clean",
        corpus=CorpusSettings(least_pages=1000, folder_sites="none"),
        engine=EngineSettings("process"),
    )
    return folder
