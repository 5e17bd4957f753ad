"""The Score view in a browser: lines, reasons, changed decisions, hostile pages, long pages."""

import pytest

import detector
from detector import Detector, Settings
from tests.web.browser import serving

pytestmark = pytest.mark.browser

ARTICLE = (
    "Old mill becomes a library\n\n\nOld mill becomes a library. The council voted on Monday to keep the stairs of "
    "the mill.\nLeave a Reply\n\nThe mill stood empty for thirty-one years, until the town bought it for the price "
    "of its roof.\n\nOld mill becomes a library\n\nYour email address will not be published."
)


@pytest.fixture(scope="module")
def address():
    with serving() as found:
        yield found


def scored(page, address, text):
    """Open the view and score a text in it."""
    page.goto(address)
    page.get_by_label("Text or HTML of a page").fill(text)
    page.get_by_role("button", name="Score", exact=True).click()
    page.locator("#result").wait_for()


def marks(page):
    """The decisions shown: line number to word."""
    rows = page.locator(".line:not(.blank)").evaluate_all(
        "rows => rows.map(r => [r.dataset.number, r.children[1].textContent])"
    )
    return {int(number): word for number, word in rows}


def expected_marks(scored_page):
    words = {
        line.number: "cut" if line.kept and line.cuts else "keep" if line.kept else "drop"
        for line in scored_page.lines
    }
    return {number: words[number] for number in words if scored_page.lines[number].score is not None}


def shown_text(page):
    page.get_by_role("tab", name="Clean text").click()
    return page.locator("#text-out").text_content()


def test_the_seed_page(new_page, address, seed_page):
    page = new_page()
    scored(page, address, seed_page)
    assert marks(page) == expected_marks(detector.score(seed_page))
    headline = [
        line for line in detector.score(seed_page).lines if line.copy_of is not None and not line.kept
    ]
    assert headline
    for line in headline:
        struck = page.locator(f"#L{line.number} .text").evaluate(
            "node => getComputedStyle(node).textDecorationLine"
        )
        assert struck == "line-through"
    assert shown_text(page) == detector.clean(seed_page)


def test_a_copy_leads_to_its_first(new_page, address):
    page = new_page()
    scored(page, address, ARTICLE)
    page.locator("#L8 .jump").click()
    assert page.locator("[aria-selected=true].line").get_attribute("id") == "L0"
    assert page.locator("#why").get_by_role("button", name="line 8").is_visible()
    page.locator("#why").get_by_role("button", name="line 8").click()
    page.keyboard.press("o")
    assert page.locator("#lines").get_attribute("aria-activedescendant") == "L0"


def test_cuts_are_struck_through(new_page, address):
    page = new_page()
    scored(page, address, ARTICLE)
    assert page.locator("#L3 del").text_content().startswith("Old mill becomes a library")


def test_reasons_by_keyboard(new_page, address):
    page = new_page()
    scored(page, address, ARTICLE)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    last = detector.score(ARTICLE).lines[-1]
    panel = page.locator("#why")
    assert panel.locator(".why-text").text_content() == last.text
    assert panel.locator(".reasons li").count() == len(last.reasons)
    assert all(reason.text in panel.text_content() for reason in last.reasons)


@pytest.mark.parametrize("threshold", [0.0, 0.02, 0.3, 0.7, 0.99, 1.0])
def test_a_threshold_decides_as_in_python(new_page, address, threshold):
    page = new_page()
    scored(page, address, ARTICLE)
    page.get_by_label("by threshold").check()
    page.locator("#threshold").fill(str(round(threshold * 1000)))
    expected = Detector(settings=Settings(threshold=threshold)).score(ARTICLE)
    assert marks(page) == expected_marks(expected)
    assert shown_text(page) == expected.clean_text


def test_a_goal_decides_as_in_python(new_page, address):
    page = new_page()
    scored(page, address, ARTICLE)
    page.get_by_label("by goal").check()
    for step, lose in ((0, 0.001), (4, 0.01), (9, 0.2)):
        page.locator("#goal").fill(str(step))
        expected = Detector(settings=Settings(lose_at_most=lose)).score(ARTICLE)
        assert marks(page) == expected_marks(expected)


def test_kinds_are_switched_and_boilerplate_folded(new_page, address):
    page = new_page()
    scored(page, address, ARTICLE)
    kind = detector.score(ARTICLE).lines[10].kind
    page.get_by_text("Kinds", exact=True).click()
    page.get_by_label(f"Lines of the kind {kind}").select_option("keep")
    assert set(marks(page).values()) == {"keep", "cut", "drop"}
    assert marks(page)[10] == "keep"
    page.get_by_label(f"Lines of the kind {kind}").select_option("")
    page.get_by_label("Fold boilerplate").check()
    assert not page.locator("#L10").is_visible()
    page.locator(".fold").last.click()
    assert page.locator("#L10").is_visible()


def test_markdown_of_html_and_copying(new_page, address, browser):
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    html = "<h1>Old mill</h1><p>The mill stood empty for thirty-one years, until the town bought it.</p><ul><li>Leave a Reply</ul>"
    scored(page, address, html)
    page.get_by_role("tab", name="Markdown").click()
    assert page.locator("#markdown-out").text_content() == detector.score(html).to_markdown()
    page.get_by_role("button", name="Copy Markdown").click()
    page.get_by_text("copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == detector.score(html).to_markdown()


def test_a_file_is_decoded_as_files_are(new_page, address, tmp_path):
    path = tmp_path / "page.txt"
    path.write_bytes(
        "Mühle wird Bücherei, sagt der Bürgermeister über die größte Mühle im Tal.".encode("latin-1")
    )
    page = new_page()
    page.goto(address)
    page.locator("#file").set_input_files(path)
    page.locator("#L0").wait_for()
    assert "Mühle" in page.locator("#L0 .text").text_content()


HOSTILE = [
    "<script>window.hacked = 1</script><p>one line",
    "&lt;img src=x onerror=window.hacked=1&gt; &lt;script&gt;window.hacked=1&lt;/script&gt;",
    "<p>a<img src=x onerror=\"window.hacked=1\"><svg onload=window.hacked=1><iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    '<a href="javascript:window.hacked=1">read on</a><p style="position:fixed;inset:0">over everything',
    "<title><img src=x onerror=window.hacked=1></title><p>a page",
    "</span></div><img src=x onerror=window.hacked=1>\n{{7*7}} ${7*7} \u202e\u2066 reversed",
    "<base href=https://evil.example/><link rel=stylesheet href=//evil.example/a.css><p>a page",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_pages_stay_inert(new_page, address, text):
    page = new_page()
    scored(page, address, text)
    for tab in ("Clean text", "Markdown", "Reasons"):
        page.get_by_role("tab", name=tab).click()
    page.locator("[role=option]").first.click()
    assert page.evaluate("window.hacked") is None
    assert (
        page.locator(
            "main img, main iframe, main svg, main script, main base, main link, main a[href^=javascript]"
        ).count()
        == 0
    )
    assert "49" not in page.locator("#lines").text_content()


def test_lines_have_their_own_direction(new_page, address):
    page = new_page()
    scored(
        page,
        address,
        "An English line that is long enough to stay on the page.\nשלום עולם, זה עמוד ארוך מספיק",
    )
    first, second = page.locator(".line .text").evaluate_all(
        "nodes => nodes.map(n => getComputedStyle(n).direction)"
    )
    assert (first, second) == ("ltr", "rtl")


LOAD = "document.querySelector('#form button').click(); while (!document.getElementById('L19999')) await new Promise(go => setTimeout(go, 50))"
KEY = (
    "document.getElementById('lines').dispatchEvent(new KeyboardEvent('keydown', {key: '%s', bubbles: true}))"
)
SLIDE = "const s = document.getElementById('threshold'); s.value = %d; s.dispatchEvent(new Event('input', {bubbles: true}))"


def test_twenty_thousand_lines_stay_responsive(new_page, address):
    """An interaction takes less than 200 ms of CPU time in the page's thread, in the best of three tries.

    This way, other work on the machine does not count.
    """
    page = new_page()
    page.set_default_timeout(60_000)
    page.goto(address)
    text = "\n".join(
        f"Line {number} tells of a mill that stood empty for {number} years." for number in range(20_000)
    )
    page.locator("#page").evaluate("(area, text) => { area.value = text; }", text)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy():
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        return next(1000 * one["value"] for one in metrics if one["name"] == "TaskDuration")

    def timed(act):
        began = busy()
        page.evaluate(
            f"async () => {{ {act}; await new Promise(go => requestAnimationFrame(() => setTimeout(go))); }}"
        )
        return round(busy() - began)

    timed(LOAD)
    acts = {"rule": "document.querySelector('[value=threshold]').click()"}
    acts |= {f"slide to {value}": SLIDE % value for value in (40, 900, 35)}
    acts |= {key: KEY % key for key in ("End", "ArrowUp", "PageUp", "Home")}
    acts |= {"scroll": "scrollTo(0, 200000)", "fold": "document.getElementById('fold').click()"}
    took = {name: min(timed(act) for _ in range(3)) for name, act in acts.items()}
    assert max(took.values()) < 200, took
