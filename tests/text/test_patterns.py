"""Patterns that search whole pages take linear time, whatever is in a page."""

import time

import pytest

from detector.corpus.formats.files import begins_as_html
from detector.sites.addresses import address_of
from detector.text.decoding import decode
from detector.text.page import Page

# Seconds for a text of 200 KB; a quadratic pattern takes minutes.
MOST = 2.0


@pytest.mark.parametrize("piece", ["a", "a ", "a=", 'a="', "a:", "-", " ", "href= "])
def test_attributes_of_the_head(piece):
    began = time.process_time()
    assert address_of(Page(f"<html><head><meta {piece * (200_000 // len(piece))}>", "html")) is None
    assert time.process_time() - began < MOST


@pytest.mark.parametrize("piece", [b"+", b"+a", b"a", b"+abc", b"+abc-", b"+abc "])
def test_encodings(piece):
    began = time.process_time()
    decode(piece * (200_000 // len(piece)))
    assert time.process_time() - began < MOST


def test_utf_7_is_still_found():
    text = "Grüße aus Köln, schöne Straße, über Öl: " * 3
    assert decode(text.encode("utf-7")).text == text


@pytest.mark.parametrize("piece", [b"<!---->", b"<!-- -->\n", b" ", b"<!--", b"-->"])
def test_the_beginning_of_a_file(tmp_path, piece):
    path = tmp_path / "x"
    path.write_bytes(piece * (4096 // len(piece)))
    began = time.process_time()
    assert not begins_as_html(str(path))
    assert time.process_time() - began < MOST
    path.write_bytes(b"<?xml version='1.0'?> <!-- a --> <!-- b --> <!DOCTYPE html><html>")
    assert begins_as_html(str(path))
