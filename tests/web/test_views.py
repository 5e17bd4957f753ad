"""The other views in a browser: label and train, read a report, write a rule, compare, a site; axe checks them all."""

import json
from pathlib import Path

import pytest

from detector import Page, SiteProfile
from detector.files.json_lines import json_lines
from detector.settings import CorpusSettings
from tests.web.browser import serving
from tests.web.sites import NOTICES, STORIES, write_run, write_site

pytestmark = pytest.mark.browser

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = write_site(tmp_path_factory.mktemp("label") / "messenger")
    with serving(folder) as address:
        yield folder, address


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = write_run(tmp_path_factory.mktemp("run") / "work")
    with serving(folder) as address:
        yield folder, address


def opened(page, address, path):
    """Take the token from the address, then go to a view."""
    page.goto(address)
    page.goto(address.split("/?")[0] + path)
    return page


def labels(folder):
    path = folder / "labels.jsonl"
    if not path.exists():
        return []
    with path.open("rb") as file:
        return [line.value for line in json_lines(file)]


def test_label_a_site_train_and_see_it_improve(new_page, site):
    folder, address = site
    page = opened(new_page(), address, "/label")
    page.set_default_timeout(60_000)
    for answered in range(1, 11):
        page.locator("#asked").wait_for()
        text = page.locator("#asked").text_content()
        page.keyboard.press("t" if text in NOTICES else "c")
        page.wait_for_function("n => document.getElementById('held').textContent === String(n)", arg=answered)
        assert labels(folder)[-1]["text"] == text
    taken = {one["text"] for one in labels(folder) if one["label"] == "template"}
    assert taken and taken <= set(NOTICES)
    page.keyboard.press("u")
    page.get_by_text("undone").wait_for()
    assert labels(folder)[-1] == {"undo": 1}
    page.get_by_role("button", name="Train from these labels").click()
    page.locator("#outcome").wait_for()
    assert page.locator("#verdict-text").text_content() == "Better than before."
    before, after = (float(page.locator(f"#loss-{when}").text_content()) for when in ("before", "after"))
    assert after < before
    page.get_by_role("button", name="Save the model").click()
    page.locator("#saved").wait_for()
    assert (folder / "my-model" / "config.json").is_file()


def test_two_windows_take_nothing_from_each_other(new_page, site):
    folder, address = site
    one, other = (opened(new_page(), address, "/label") for _ in range(2))
    for page in (one, other):
        page.set_default_timeout(60_000)
        page.locator("#asked").wait_for()
    asked = one.locator("#asked").text_content()
    held = len(labels(folder))
    assert other.locator("#asked").text_content() == asked

    def press(page, key, rows):
        page.keyboard.press(key)
        page.wait_for_function(
            "n => !document.getElementById('asked').hidden && document.getElementById('status').textContent",
            arg=rows,
        )
        assert len(labels(folder)) == held + rows
        page.evaluate("document.getElementById('status').textContent = ''")

    press(other, "s", 1)
    press(one, "c", 2)
    press(other, "s", 3)
    press(one, "u", 4)
    skipped, content, elsewhere, undone = labels(folder)[held:]
    assert (skipped["text"], skipped["label"]) == (asked, "unknown")
    assert content == {**skipped, "label": "content"}
    assert elsewhere["text"] != asked
    assert undone == skipped


def test_open_a_report_and_protect_a_line(new_page, run):
    folder, address = run
    (folder / "rules.toml").write_text('# ours\nprotect = ["^Recipe:"]  # kept\n')
    page = opened(new_page(), address, "/report")
    row = page.locator("#most tr").filter(has_text="Leave a Reply")
    row.get_by_role("button", name="protect").click()
    page.get_by_text("would be kept in this run").wait_for()
    assert page.locator("#ask-effect").text_content().startswith("7 lines of 7 documents")
    page.get_by_role("button", name="Write the rule").click()
    page.get_by_text("written to rules.toml", exact=True).wait_for()
    assert CorpusSettings.read(folder / "rules.toml").protect == ("^Recipe:", "^Leave a Reply$")
    assert (folder / "rules.toml").read_text().startswith("# ours\n")
    assert "^Leave a Reply$" in page.locator("#rules").text_content()


def test_near_duplicates_side_by_side(new_page, run):
    page = opened(new_page(), run[1], "/report")
    page.locator("#groups summary").first.click()
    page.locator("#groups button").first.click()
    page.locator("#pair").wait_for()
    assert "all" in " ".join(page.locator("#left del, #right ins").all_text_contents())
    left, right = (page.locator(side).text_content() for side in ("#left", "#right"))
    assert left != right
    assert STORIES[1] in left


def test_compare_two_policies_and_another_text(new_page, site):
    page = opened(new_page(), site[1], "/compare")
    page.locator("#page").fill((EXAMPLES / "headline.txt").read_text())
    page.get_by_label("Second way: what is kept").select_option("threshold")
    page.locator("#other .value").fill("1")
    page.get_by_role("button", name="Compare").click()
    page.locator(".differences ins").first.wait_for()
    assert "Leave a Reply" in page.locator(".differences").text_content()
    page.get_by_label("Second way: what is kept").select_option("text")
    page.locator("#other-text").fill("Something else")
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("Something else", exact=True).wait_for()
    assert page.locator(".differences dd").first.text_content() == "0.000"


def test_compare_with_a_profile_and_a_file(new_page, tmp_path):
    pages = sorted((EXAMPLES / "messenger").glob("*.txt"))
    SiteProfile.learn([Page.read(path) for path in pages], "messenger").save(tmp_path / "messenger.profile")
    (tmp_path / "peer.txt").write_text("What another program found")
    with serving(EXAMPLES / "messenger") as address:
        page = opened(new_page(), address, "/compare")
        page.locator("#page").fill((EXAMPLES / "messenger" / "bees.txt").read_text())
        page.get_by_label("Second way: what is kept").select_option("page")
        page.get_by_label("Second way: profile of the site").set_input_files(tmp_path / "messenger.profile")
        page.get_by_role("button", name="Compare").click()
        page.locator(".differences del").first.wait_for()
        assert "The Tarnfeld Messenger" in page.locator(".differences del").first.text_content()
        assert "messenger.profile" in page.locator("#result").text_content()
        page.get_by_label("First way: what is kept").select_option("text")
        page.get_by_label("First way: file of another program").set_input_files(tmp_path / "peer.txt")
        page.wait_for_function("document.querySelector('#one-text').value.includes('another program')")
        page.get_by_role("button", name="Compare").click()
        page.locator("#result").get_by_text("peer.txt").first.wait_for()


def test_a_profile_from_a_folder(new_page, tmp_path):
    with serving(EXAMPLES / "messenger") as address:
        page = opened(new_page(), address, "/site")
        page.get_by_role("button", name="Learn from these").click()
        page.locator("#recurring tr").first.wait_for()
        assert "The Tarnfeld Messenger" in page.locator("#recurring").text_content()
        page.locator("#page").fill((EXAMPLES / "messenger" / "bees.txt").read_text())
        page.get_by_role("button", name="Score both ways").click()
        page.locator(".differences del").first.wait_for()
        assert "The Tarnfeld Messenger" in page.locator(".differences del").first.text_content()


def test_without_the_token_the_folder_is_closed(new_page, site, browser):
    base = site[1].split("/?")[0]
    context = browser.new_context()
    page = context.new_page()
    page.goto(base + "/label")
    assert "detector serve FOLDER" in page.locator("main").text_content()
    for method, path in (
        ("GET", "/ui/pages"),
        ("GET", "/ui/report/runs"),
        ("POST", "/ui/open"),
        ("POST", "/ui/label/train"),
    ):
        answer = page.evaluate(
            "async ([method, path]) => (await fetch(path, {method, body: method === 'POST' ? '{}' : undefined, headers: {'content-type': 'application/json'}})).status",
            [method, path],
        )
        assert answer == 401
    context.close()


def test_every_page_of_the_folder_stays_inert(new_page, tmp_path):
    folder = tmp_path / "<img src=x onerror=hacked=1>"
    folder.mkdir()
    (folder / "<b onclick=hacked=1>.txt").write_text(
        "<script>window.hacked=1</script>\nA line of a page that is long enough."
    )
    (folder / "b.html").write_text(
        "<title><script>hacked=1</script></title><p onclick=hacked=1>A line of a page."
    )
    with serving(folder) as address:
        page = opened(new_page(), address, "/")
        page.locator("#file-list button").first.click()
        page.locator("#result").wait_for()
        assert page.evaluate("window.hacked") is None
        assert page.locator("main img, main b[onclick], main script").count() == 0


VIEWS = ("/", "/?open=0.txt", "/compare", "/label", "/site", "/report")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_serious_fault_and_nothing_is_cut_off(new_page, site, run, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    # The browser itself injects axe into the page; the policy would not let the page load it.
    page = new_page(width, scheme, bypass_csp=True)
    page.set_default_timeout(60_000)
    page.goto(site[1])
    for view in VIEWS:
        where = run[1] if view == "/report" else site[1]
        opened(page, where, view)
        page.wait_for_load_state("networkidle")
        if "open" in view:
            page.locator("#L0").click()
        found = Axe().run(page)
        serious = [one for one in found.response["violations"] if one["impact"] in ("serious", "critical")]
        said = json.dumps([[one["id"], [node["html"][:200] for node in one["nodes"][:3]]] for one in serious])
        assert not serious, f"{view}: {said}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, view


def test_a_story_can_be_scored_by_keyboard_alone(new_page, site):
    page = opened(new_page(), site[1], "/")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "page":
            break
    page.keyboard.type(STORIES[0])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#result").wait_for()
    page.keyboard.press("ArrowDown")
    assert page.locator("#why .why-text").text_content() == STORIES[0]
