"""s3:// and gs:// against servers on loopback: moto's S3, an emulator of Google's store, and one that refuses."""

import gzip
import io
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from slantwise.articles import read_articles
from slantwise.records import InputError

ROW = {"text": "Two.", "outlet": "B"}
PARQUET = io.BytesIO()
parquet.write_table(arrow.table({"text": ["Three."], "outlet": ["C"]}), PARQUET)
FILES = {
    "A/1.txt": b"One.",
    "README.md": b"What these are.",
    "picture.png": b"PNG",
    "rows.jsonl.gz": gzip.compress(json.dumps(ROW).encode()),
    "rows.parquet": PARQUET.getvalue(),
}
ALL = [("One.", "A"), ("Two.", "B"), ("Three.", "C")]


def read(*paths):
    rejected = []
    articles = list(read_articles(paths, on_reject=lambda r: rejected.append(str(r))))
    return [(a.text, a.outlet) for a in articles], rejected


def one_line(path):
    with pytest.raises(InputError) as problem:
        read(path)
    assert "\n" not in str(problem.value)
    return str(problem.value)


@pytest.fixture(scope="module")
def s3_server():
    server = pytest.importorskip("moto.server").ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def s3(s3_server, monkeypatch, tmp_path):
    """The file system of an account that may do everything, which has the bucket `news`."""
    s3fs = pytest.importorskip("s3fs")
    for name, value in {
        "AWS_ENDPOINT_URL": s3_server, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1",
        "AWS_CONFIG_FILE": str(tmp_path / "none"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    system = s3fs.S3FileSystem(use_listings_cache=False)
    if not system.exists("news"):
        system.mkdir("news")
        for name, data in FILES.items():
            system.pipe(f"news/{name}", data)
    yield system
    s3fs.S3FileSystem.clear_instance_cache()


def test_s3_folder_glob_and_files(s3):
    assert read("s3://news") == (ALL, [])
    assert read("s3://news/**") == (ALL, [])
    assert read("s3://news/*.parquet", "s3://news/A/*.txt")[0] == [("Three.", "C")]
    assert read("s3://news/rows.jsonl.gz", "s3://news/rows.parquet") == (ALL[1:], [])


def test_s3_files_that_are_added_later_are_seen(s3):
    assert "no such file or folder" in one_line("s3://news/late.jsonl")
    s3.pipe("news/late.jsonl", json.dumps(ROW).encode())
    assert read("s3://news/late.jsonl")[0] == [("Two.", "B")]
    s3.rm("news/late.jsonl")


def test_s3_what_is_not_there(s3):
    assert one_line("s3://news/none.csv") == "s3://news/none.csv: there is no such file or folder"
    assert one_line("s3://news/*.csv") == "s3://news/*.csv: there is no such file or folder"
    for place in ("s3://other-news/none.csv", "s3://other-news", "s3://other-news/*.csv"):
        assert one_line(place) == f"{place}: there is no such bucket (other-news)"
    assert "'.png' are not read; accepted are" in one_line("s3://news/picture.png")


def test_s3_without_credentials(s3, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    type(s3).clear_instance_cache()
    said = one_line("s3://news/rows.jsonl.gz")
    assert said.startswith("s3://news/rows.jsonl.gz: no credentials for it (Unable to locate credentials); set AWS_")


def test_s3_public_files_need_none_and_one_that_is_refused_does_not_stop_the_rest(s3, monkeypatch):
    from fsspec.config import conf

    s3.chmod("news/rows.jsonl.gz", "public-read")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setitem(conf, "s3", {"anon": "true"})  # what FSSPEC_S3_ANON=true comes to
    type(s3).clear_instance_cache()
    assert read("s3://news/rows.jsonl.gz") == ([("Two.", "B")], [])
    found, rejected = read("s3://news")
    assert found == [("Two.", "B")]
    refused = "access denied (Forbidden); the credentials found may not read it"
    assert rejected == [f"s3://news/A/1.txt: {refused}", f"s3://news/rows.parquet: {refused}"]


def test_s3_access_denied(s3, s3_server, monkeypatch):
    boto3 = pytest.importorskip("boto3")
    settings = pytest.importorskip("moto.settings")
    people = boto3.client("iam", endpoint_url=s3_server)
    people.create_user(UserName="guest")
    key = people.create_access_key(UserName="guest")["AccessKey"]
    monkeypatch.setattr(settings, "INITIAL_NO_AUTH_ACTION_COUNT", 0.0)
    for name, secret, said in (
        ("nobody", "secret", "does not exist in our records"),
        (key["AccessKeyId"], key["SecretAccessKey"], "Access Denied"),
    ):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", name)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
        for place in ("s3://news/rows.jsonl.gz", "s3://news", "s3://news/*.gz"):
            type(s3).clear_instance_cache()
            line = one_line(place)
            assert line.startswith(f"{place}: access denied ("), line
            assert said in line


def test_s3_a_server_that_is_gone(s3, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    type(s3).clear_instance_cache()
    s3.retries = 1
    monkeypatch.setattr(type(s3), "retries", 1)
    assert "s3://news: cannot be read (Could not connect" in one_line("s3://news")


@pytest.fixture(scope="module")
def gs_server():
    emulator = pytest.importorskip("gcp_storage_emulator.server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = emulator.create_server("127.0.0.1", port, in_memory=True)
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def gs(gs_server, monkeypatch):
    gcsfs = pytest.importorskip("gcsfs")
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", gs_server)
    gcsfs.GCSFileSystem.clear_instance_cache()
    system = gcsfs.GCSFileSystem(project="test", use_listings_cache=False)
    if not system.exists("news"):
        system.mkdir("news")
        for name, data in FILES.items():
            system.pipe(f"news/{name}", data)
    yield system
    gcsfs.GCSFileSystem.clear_instance_cache()


def test_gs_folder_glob_and_files(gs):
    assert read("gs://news") == (ALL, [])
    assert read("gs://news/**") == (ALL, [])
    assert read("gs://news/rows.jsonl.gz", "gs://news/rows.parquet") == (ALL[1:], [])


def test_gs_what_is_not_there(gs):
    assert one_line("gs://news/none.csv") == "gs://news/none.csv: there is no such file or folder"
    for place in ("gs://other-news/none.csv", "gs://other-news"):
        assert one_line(place) == f"{place}: there is no such bucket (other-news)"


class Refusing(BaseHTTPRequestHandler):
    """Answers as Google's store does to callers without rights."""

    status, said = 403, ""

    def do_GET(self):
        body = json.dumps({"error": {"code": self.status, "message": self.said}}).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.mark.parametrize(
    ("status", "message", "said"),
    [
        (401, "Anonymous caller does not have storage.objects.list access to the bucket.", "no credentials for it ("),
        (403, "guest@acme.example does not have storage.objects.list access to the bucket.", "access denied ("),
    ],
)
def test_gs_refused(monkeypatch, capfd, status, message, said):
    gcsfs = pytest.importorskip("gcsfs")
    monkeypatch.setattr(Refusing, "status", status)
    monkeypatch.setattr(Refusing, "said", message)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    server.handle_error = lambda *of: None  # the client hangs up
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{server.server_port}")
    for place in ("gs://private/a.csv", "gs://private", "gs://private/*.csv"):
        gcsfs.GCSFileSystem.clear_instance_cache()
        assert one_line(place).startswith(f"{place}: {said}")
    gcsfs.GCSFileSystem.clear_instance_cache()
    server.shutdown()
    server.server_close()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("scheme", ["s3", "gs"])
def test_a_library_that_is_missing_is_named(monkeypatch, scheme):
    def missing(*args, **options):
        raise ImportError

    monkeypatch.setattr("fsspec.core.url_to_fs", missing)
    assert one_line(f"{scheme}://news").endswith(f"pip install 'slantwise[{scheme}]'")
