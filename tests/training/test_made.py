"""Pages made from labelled ones: whole, planted, and excerpts."""

from detector.training.data.examples import examples_of
from detector.training.data.labelled_pages import LabelledPage
from detector.training.data.synthetic import EXCERPT_LINES, made_pages

PARAGRAPH = (
    "The bridge was closed for repairs on Monday, and the ferry carries people across until spring. " * 2
)


def labelled(number):
    lines = ["Home", "About us", "The bridge is closed", *[PARAGRAPH + str(n) for n in range(4)], "Imprint"]
    labels = ["template", "template", "content", *["content"] * 4, "template"]
    return LabelledPage(
        id=str(number),
        page="\n".join(lines),
        format="text",
        gold=None,
        labels=tuple(labels),
        group=f"g{number}",
    )


def test_every_page_gives_a_made_one_and_most_an_excerpt():
    examples = examples_of([labelled(number) for number in range(40)])
    made = made_pages(examples, 0)
    excerpts = [page for page in made if page.id.startswith("excerpt:")]
    assert len(made) - len(excerpts) == 40
    assert len(excerpts) == 40
    assert {page.group for page in excerpts} == {page.group for page in examples.pages}
    assert any(set(page.labels) == {"template"} for page in excerpts)
    assert any(set(page.labels) == {"content"} for page in excerpts)
    assert all(1 <= len(page.labels) <= 2 * EXCERPT_LINES for page in excerpts)


def test_the_same_seed_makes_the_same_pages():
    examples = examples_of([labelled(number) for number in range(5)])
    assert made_pages(examples, 3) == made_pages(examples, 3)
    assert made_pages(examples, 3) != made_pages(examples, 4)
