"""The HTTP interface: the same answers as in Python, limits, errors that say what to do."""

import base64
import json
import random
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from openapi_spec_validator import validate
from starlette.testclient import TestClient

import detector
from detector.detector import Detector
from detector.near_duplicates.find import find_duplicates
from detector.settings import Settings
from detector.web import responses
from detector.web.app import create_app
from detector.web.requests import SettingsIn
from detector.web.settings import ServeSettings
from detector.web.tasks import profile_of

PAGE = (
    "Old mill becomes a library\n\nThe mill stood empty for thirty-one years, until the town bought it for the "
    "price of its roof.\n\nOld mill becomes a library\n\nLeave a Reply\nYour email address will not be published."
)
NDJSON = {"content-type": "application/x-ndjson"}
PROBLEM = "application/problem+json"


def pages(*texts, **more):
    return {"pages": [{"page": text} for text in texts], **more}


def test_scores_are_those_of_python(post, detector):
    status, found = post("/v1/score", {"pages": [{"page": PAGE, "id": "mill", "url": "https://a.example/"}]})
    expected = detector.score(PAGE, url="https://a.example/").to_dict()
    assert status == 200
    assert found == {"pages": [{"id": "mill", **json.loads(json.dumps(expected))}]}


def test_settings_that_are_not_given_are_those_of_python():
    assert SettingsIn().settings() == Settings()


def test_settings_are_those_of_python(post, detector):
    for given in ({"threshold": 1.0}, {"lose_at_most": 0.001}, {"drop_copies": []}):
        _, found = post("/v1/clean", pages(PAGE, settings=given))
        assert found["pages"][0]["text"] == Detector(detector.model, Settings(**given)).clean(PAGE)


def test_markdown(post):
    html = "<h1>Old mill</h1><p>The mill stood empty for thirty-one years, until the town bought it.</p>"
    _, found = post("/v1/clean", pages(html, to="markdown", settings={"threshold": 1.0}))
    assert found["pages"][0]["text"].startswith("# Old mill")


def test_many_pages_stay_in_order(post):
    texts = [f"Page {number}\nThe mill stood empty for {number} years." for number in range(20)]
    _, found = post("/v1/clean", pages(*texts, settings={"threshold": 1.0}))
    assert [page["text"] for page in found["pages"]] == texts


def test_a_page_a_line(client, detector):
    body = b"\n".join(
        [json.dumps({"page": PAGE, "id": "a"}).encode(), b"", b"{", b'{"page": "x", "id": "b"}']
    )
    found = client.post("/v1/clean", content=body, headers=NDJSON)
    first, broken, last = [json.loads(line) for line in found.text.splitlines()]
    assert found.headers["content-type"].startswith(NDJSON["content-type"])
    assert (first["id"], first["text"]) == ("a", detector.clean(PAGE))
    assert broken["error"]["status"] == 400
    assert "line 3" in broken["error"]["detail"]
    assert last["id"] == "b"


def test_one_bad_page_of_several_fails_alone(post):
    status, found = post("/v1/clean", pages("x\n" * 4000, PAGE))
    assert status == 200
    assert found["pages"][0]["error"]["status"] == 422
    assert "the limit is 3,000" in found["pages"][0]["error"]["detail"]
    assert found["pages"][1]["text"]


def test_duplicates_are_those_of_python(post):
    mill = "the mill stood empty for thirty-one years until the town bought it"
    texts = [mill, "something else that is not like the mill at all, or hardly", mill + " again"]
    _, found = post("/v1/duplicates", {"texts": [{"text": text} for text in texts], "threshold": 0.5})
    expected = find_duplicates(texts, 0.5)
    assert found["kept"] == ["0", "1"]
    assert [(one["id"], one["kept"]) for one in found["removed"]] == [("2", "0")]
    assert found["removed"][0]["similarity"] == expected.removed[2].similarity


def test_a_profile_scores_as_in_python(post, detector):
    site = [
        f"The Mill Post\nStory {n}\nA story of {n} words that nobody else has told.\nRead on"
        for n in range(12)
    ]
    status, learned = post("/v1/profile", pages(*site, name="mill"))
    assert status == 200
    assert (learned["pages"], learned["is_sure"]) == (12, True)
    assert {line["text"]: line["pages"] for line in learned["lines"]}["The Mill Post"] == 12
    profile = profile_of(base64.b64decode(learned["profile"]))
    new = "The Mill Post\nAnother story\nIt has not been told before either.\nRead on"
    _, found = post("/v1/score", pages(new, profile=learned["profile"]))
    expected = Detector(detector.model, profile=profile).score(new)
    assert [line["score"] for line in found["pages"][0]["lines"]] == [line.score for line in expected.lines]


@pytest.mark.parametrize(
    ("path", "value", "status", "says"),
    [
        ("/v1/score", {"pages": []}, 422, '"pages" is empty'),
        ("/v1/score", {}, 422, '"pages" is missing'),
        ("/v1/score", {"pages": [{"page": "a", "colour": 1}]}, 422, "unknown field"),
        ("/v1/score", [], 422, "it must be a table"),
        ("/v1/score", pages("a", settings={"threshold": 2}), 422, "<= 1"),
        ("/v1/score", pages("a", settings={"threshold": 0.5, "recall": 0.5}), 422, "recall"),
        ("/v1/score", pages("a", settings={"precision": 1.0}), 422, "no threshold reached"),
        ("/v1/score", pages("a", profile="YWJj"), 422, "is not a profile"),
        ("/v1/score", pages("a", profile="a!"), 422, "base64"),
        ("/v1/score", pages(*"a" * 21), 413, "the limit is 20"),
        ("/v1/profile", pages("a", "a"), 422, "at least 2 different pages"),
        (
            "/v1/duplicates",
            {"texts": [{"text": "a", "id": "x"}, {"text": "b", "id": "x"}]},
            422,
            "the same id",
        ),
        ("/v1/duplicates", {"texts": [{"text": "a"}] * 21}, 413, "the limit is 20"),
    ],
)
def test_refusals_say_what_to_do(post, path, value, status, says):
    found, problem = post(path, value)
    assert found == status
    assert problem["status"] == status
    assert says in problem["detail"]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"content-type": "application/json"}, b"{", 400),
        ({"content-type": "application/json"}, b"[" * 5000, 400),
        ({"content-type": "application/json"}, b"\xff", 400),
        ({"content-type": "text/plain"}, b"{}", 415),
        ({"content-type": "application/json"}, b"x" * 200_001, 413),
        ({"content-type": "application/x-ndjson"}, b" \n", 422),
    ],
)
def test_bodies_that_cannot_be_read(client, headers, body, status):
    found = client.post("/v1/score", content=body, headers=headers)
    assert (found.status_code, found.headers["content-type"]) == (status, PROBLEM)


@pytest.mark.parametrize(
    ("headers", "body", "status", "says"),
    [
        ({}, b'{"pages" 1}', 400, "the request is not JSON, at line 1, column 10"),
        ({}, b'{"pages": "\xff"}', 400, "the request is not UTF-8"),
        ({}, b"[" * 5000, 400, "the request is nested too deeply"),
        (
            {},
            b'{"pages": ' + b"1" * 5000 + b"}",
            400,
            "the request is not JSON: a number has too many digits",
        ),
        ({"content-encoding": "gzip"}, b"{}", 415, "Content-Encoding: gzip: send it uncompressed"),
        ({}, b'{"pages": []}', 422, 'the request: "pages" is empty'),
        ({}, b'{"pages": [{"page": "x"}], "y": 1}', 422, 'the request: it has an unknown field "y"'),
        ({}, b'{"pages": [{"page": "x", "y": 1}]}', 422, '"pages[0]" has an unknown field "y"'),
    ],
)
def test_refusals_are_not_in_the_words_of_python(client, headers, body, status, says):
    found = client.post("/v1/score", content=body, headers={"content-type": "application/json", **headers})
    assert found.status_code == status
    assert found.json()["detail"].endswith(says)


def test_a_body_without_a_length_is_limited_too(client):
    parts = (b"x" * 50_000 for _ in range(5))
    found = client.post("/v1/score", content=parts, headers={"content-type": "application/json"})
    assert found.status_code == 413


def test_the_name_of_a_file_is_a_text(post, tmp_path):
    path = tmp_path / "page.txt"
    path.write_text("secret")
    status, found = post("/v1/score", pages(str(path)))
    assert status == 200
    assert found["pages"][0]["lines"][0]["text"] == str(path)


def test_lone_surrogates_pass(client):
    found = client.post(
        "/v1/score",
        content=b'{"pages": [{"page": "a \\ud800 b"}]}',
        headers={"content-type": "application/json"},
    )
    assert found.status_code == 200
    assert found.json()["pages"][0]["lines"][0]["text"].startswith("a ")


def test_health_version_and_metrics(client, detector):
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/version").json()["model_id"] == detector.model.model_id
    client.post("/v1/clean", json=pages("a"))
    text = client.get("/metrics").text
    assert 'detector_requests_total{path="/v1/clean",status="200"}' in text
    assert "detector_held_bytes 0.0" in text


def test_the_description_is_valid_and_true(client, post):
    validate(client.get("/openapi.json").json())
    _, found = post("/v1/score", pages(PAGE))
    assert msgspec.convert(found["pages"][0], responses.PageOut).lines
    _, found = post("/v1/clean", pages(PAGE))
    assert msgspec.convert(found["pages"][0], responses.CleanOut).text
    _, found = post("/v1/duplicates", {"texts": [{"text": "a b"}, {"text": "a b"}]})
    assert msgspec.convert(found, responses.DuplicatesOut).kept == ["0"]
    _, found = post("/v1/profile", pages("a\nb", "a\nc"))
    assert msgspec.convert(found, responses.ProfileOut).pages == 2


def test_pages_of_many_callers_are_scored_together(client, detector):
    texts = [f"{PAGE}\nline {number}" for number in range(60)]
    random.Random(0).shuffle(texts)
    with ThreadPoolExecutor(30) as threads:
        found = list(threads.map(lambda text: client.post("/v1/clean", json=pages(text)), texts))
    assert [one.json()["pages"][0]["text"] for one in found] == [detector.clean(text) for text in texts]
    counts = dict(line.rsplit(" ", 1) for line in client.get("/metrics").text.splitlines() if line[0] != "#")
    batches, together = (float(counts[f"detector_batch_pages_{what}"]) for what in ("count", "sum"))
    assert batches < together


def test_a_page_that_costs_too_much_is_stopped_and_others_go_on():
    limits = ServeSettings(most_seconds=0.4)
    slow = "".join(f"<table><tr><td>{n}" for n in range(60_000))
    with TestClient(create_app(limits=limits), base_url="http://localhost") as client:
        with ThreadPoolExecutor(2) as threads:
            bad = threads.submit(client.post, "/v1/clean", json=pages(slow))
            good = threads.submit(client.post, "/v1/clean", json=pages(PAGE))
        assert good.result().json()["pages"][0]["text"] == detector.clean(PAGE)
        assert bad.result().status_code == 422
        assert "was stopped" in bad.result().json()["detail"]
        assert "detector_stopped_total 0.0" not in client.get("/metrics").text
