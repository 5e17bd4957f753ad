"""A local stand-in for the Hugging Face Hub, with the calls that uploads and downloads need.

All files are uploaded within the commit. The real Hub takes large files over its xet protocol, which
huggingface_hub handles itself.
"""

import base64
import hashlib
import http.server
import json
import re
import threading

REPOSITORY = r"(?P<repository>[\w.-]+/[\w.-]+)"
CALLS = (
    ("POST", r"/api/repos/create", "create"),
    ("POST", r"/api/validate-yaml", "validate"),
    ("POST", rf"/api/models/{REPOSITORY}/preupload/(?P<revision>[^/]+)", "preupload"),
    ("POST", rf"/api/models/{REPOSITORY}/commit/(?P<revision>[^/]+)", "commit"),
    ("GET", rf"/api/models/{REPOSITORY}/revision/(?P<revision>[^/]+)", "information"),
    ("GET", rf"/api/models/{REPOSITORY}/tree/(?P<revision>[^/]+)/?", "tree"),
    ("HEAD", rf"/{REPOSITORY}/resolve/(?P<revision>[^/]+)/(?P<file>.+)", "resolve"),
    ("GET", rf"/{REPOSITORY}/resolve/(?P<revision>[^/]+)/(?P<file>.+)", "resolve"),
)


class Hub:
    """Repositories as lists of commits, each a mapping of names to bytes."""

    def __init__(self):
        self.commits, self.tags, self.read_only = {}, {}, False
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.hub = self
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def files(self, repository, revision="main"):
        """The names and bytes of a revision; raises `LookupError` if there is none."""
        commits = self.commits[repository]
        wanted = self.tags.get(revision, revision)
        found = commits[-1:] if wanted == "main" else [one for one in commits if sha(one) == wanted]
        return found[0]

    def create(self, body, **names):
        repository = f"{body.get('organization') or 'me'}/{body['name']}"
        self.commits.setdefault(repository, [])
        return {"url": f"{self.endpoint}/{repository}"}

    def validate(self, body, **names):
        assert body["content"].startswith("---\n")
        return {"errors": [], "warnings": []}

    def preupload(self, body, repository, revision):
        return {
            "files": [
                {"path": file["path"], "uploadMode": "regular", "shouldIgnore": False}
                for file in body["files"]
            ]
        }

    def commit(self, body, repository, revision):
        if self.read_only:
            raise PermissionError("this token may only read")
        files = dict(self.commits[repository][-1]) if self.commits[repository] else {}
        for operation in body[1:]:
            value = operation["value"]
            is_large = operation["key"] == "lfsFile"
            files[value["path"]] = (
                self.large[value["oid"]] if is_large else base64.b64decode(value["content"])
            )
        self.commits[repository].append(files)
        return {"commitUrl": f"{self.endpoint}/{repository}/commit/{sha(files)}", "commitOid": sha(files)}

    def information(self, body, repository, revision):
        files = self.files(repository, revision)
        return {"id": repository, "sha": sha(files), "siblings": [{"rfilename": name} for name in files]}

    def tree(self, body, repository, revision):
        return [
            {"type": "file", "path": name, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}
            for name, data in self.files(repository, revision).items()
        ]


class Handler(http.server.BaseHTTPRequestHandler):
    """The calls over HTTP; `self.server.hub` has the repositories."""

    protocol_version = "HTTP/1.1"

    def do(self):
        path = self.path.split("?")[0]
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        for method, pattern, name in CALLS:
            found = re.fullmatch(pattern, path)
            if method == self.command and found:
                return self.call(name, data, found.groupdict())
        return self.answer(501, b"no such call: " + path.encode())

    def call(self, name, data, names):
        hub = self.server.hub
        try:
            if name == "resolve":
                return self.send_file(hub.files(names["repository"], names["revision"]), names["file"])
            is_lines = "ndjson" in self.headers.get("Content-Type", "")
            body = [json.loads(line) for line in data.splitlines()] if is_lines else json.loads(data or b"{}")
            return self.answer(200, json.dumps(getattr(hub, name)(body, **names)).encode())
        except PermissionError as error:
            return self.answer(403, json.dumps({"error": str(error)}).encode())
        except LookupError:
            return self.answer(404, b"{}", {"X-Error-Code": "RepoNotFound"})

    def send_file(self, files, name):
        data = files[name]
        return self.answer(
            200, data, {"ETag": f'"{hashlib.sha1(data).hexdigest()}"', "X-Repo-Commit": sha(files)}
        )

    def answer(self, status, data, said=None):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **(said or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_POST = do_HEAD = do

    def log_message(self, *arguments):
        pass


def sha(files):
    """A name for a commit."""
    return hashlib.sha1(repr(sorted(files.items())).encode()).hexdigest()
