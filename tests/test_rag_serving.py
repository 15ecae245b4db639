"""The service: as OpenAI's clients speak to it, behind its walls, with tools for models and a log of who asked what."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

pytest.importorskip("uvicorn")
pytest.importorskip("mcp")

pytestmark = pytest.mark.whole
ROOT = Path(__file__).parent.parent
TOKENS = {"anna": "anna-may-read-this-0", "ben": "ben-reads-the-other-1", "all": "sees-everything-there-2"}
NOTES = {
    "anna/letter.txt": "Discharge letter\nPatient: Anna Velden\n\nAnna Velden was given apixaban 5 mg twice daily for stroke prevention.\n",  # noqa: E501
    "anna/plan.txt": "Plan\nPatient: Anna Velden\n\nThe next appointment of Anna Velden is on 4 May 2024.\n",
    "ben/letter.txt": "Discharge letter\nPatient: Ben Orlik\n\nBen Orlik was given warfarin 3 mg once daily after his valve surgery.\n",  # noqa: E501
    "ben/velden.txt": "Note\nPatient: Ben Velden\n\nBen Velden was given heparin for two days.\n",
    "ben/broken.pdf": "%PDF-1.4 nothing of it can be read",
}


def until(true, seconds=300.0):
    """Wait for what comes by and by."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come")


def write(folder, notes):
    for name, text in notes.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


@pytest.fixture(scope="module")
def open_service(service_of, tmp_path_factory):
    folder = tmp_path_factory.mktemp("open") / "notes"
    write(folder, NOTES)
    service = service_of(str(folder), "--audit", str(folder.parent / "audit.jsonl"))
    with httpx.Client(base_url=service.url, timeout=600) as client:
        until(lambda: client.get("/v1/health").json()["libraries"][0]["documents"] == len(NOTES))
        yield service, client, folder
    service.stop()


@pytest.fixture(scope="module")
def walled_service(service_of, tmp_path_factory):
    folder = tmp_path_factory.mktemp("walled") / "notes"
    write(folder, NOTES)
    tokens = folder.parent / "tokens.toml"
    tokens.write_text(
        f'[[token]]\nname = "anna"\ntoken = "{TOKENS["anna"]}"\nscope = "anna/**"\n'
        f'[[token]]\nname = "ben"\ntoken = "{TOKENS["ben"]}"\nscope = "ben/**"\n'
        f'[[token]]\nname = "all"\ntoken = "{TOKENS["all"]}"\nlibraries = ["notes"]\n'
    )
    service = service_of(
        str(folder), "--tokens", str(tokens), "--rate", "1000000", "--audit", str(folder.parent / "audit.jsonl")
    )
    with httpx.Client(base_url=service.url, timeout=600) as client:
        until(lambda: client.get("/v1/health", headers=bearer("all")).json()["libraries"][0]["documents"] == len(NOTES))
        yield service, client, folder
    service.stop()


def bearer(name):
    return {"Authorization": f"Bearer {TOKENS[name]}"}


def chat(client, question, headers=None, **more):
    body = {"model": "casefolio", "messages": [{"role": "user", "content": question}], **more}
    return client.post("/v1/chat/completions", json=body, headers=headers)


APIXABAN = "Which anticoagulant was Anna Velden given?"


def test_openai_client_asks_and_streams(open_service):
    openai = pytest.importorskip("openai")
    service, _, folder = open_service
    client = openai.OpenAI(base_url=f"{service.url}/v1", api_key="none", max_retries=0)
    assert [m.id for m in client.models.list()] == ["casefolio", "casefolio/notes"]
    messages = [{"role": "user", "content": APIXABAN}]
    whole = client.chat.completions.create(model="casefolio", messages=messages)
    assert "apixaban 5 mg" in whole.choices[0].message.content
    told = whole.model_extra["casefolio"]
    cited = told["citations"][0]
    assert told["status"] == "supported"
    assert (folder / cited["document"]).read_text()[cited["start"] : cited["end"]] == cited["quote"]
    pieces = list(client.chat.completions.create(model="casefolio/notes", messages=messages, stream=True))
    assert "".join(p.choices[0].delta.content or "" for p in pieces) == whole.choices[0].message.content
    assert pieces[-1].choices[0].finish_reason == "stop"
    assert pieces[-1].model_extra["casefolio"]["citations"] == told["citations"]


def test_langchain_client_asks_and_streams(open_service):
    langchain_openai = pytest.importorskip("langchain_openai")
    service, _, _ = open_service
    model = langchain_openai.ChatOpenAI(base_url=f"{service.url}/v1", api_key="none", model="casefolio", max_retries=0)
    assert "apixaban 5 mg" in model.invoke(APIXABAN).content
    assert "apixaban 5 mg" in "".join(piece.content for piece in model.stream(APIXABAN))


def test_an_abstention_is_an_answer_with_a_status(open_service):
    _, client, _ = open_service
    told = chat(client, "What is the capital of Peru?").json()
    assert told["casefolio"]["status"] == "unread"  # one file could not be read
    assert told["choices"][0]["message"]["content"]
    assert told["casefolio"]["nearest"]


def test_a_follow_up_is_understood(open_service):
    _, client, _ = open_service
    turns = [
        ("user", APIXABAN),
        ("assistant", "apixaban 5 mg twice daily"),
        ("user", "And when is her next appointment?"),
    ]
    body = {"messages": [{"role": role, "content": content} for role, content in turns]}
    told = client.post("/v1/chat/completions", json=body).json()
    assert "4 May 2024" in told["choices"][0]["message"]["content"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"messages": []}, 400),
        ({"messages": ["x"]}, 400),
        ({"messages": [{"role": "user", "content": "..."}]}, 400),
        ({"messages": [{"role": "user", "content": "who?"}], "k": 10_000}, 400),
        ({"messages": [{"role": "user", "content": "who?"}], "model": "gpt-4"}, 400),
        ({"messages": [{"role": "user", "content": "who?"}], "model": "casefolio/other"}, 400),
        ({"messages": [{"role": "user", "content": "who?"}], "since": "yesterday"}, 400),
        ({"messages": [{"role": "user", "content": "x" * 1_100_000}]}, 413),
    ],
)
def test_what_cannot_be_asked_is_refused_in_openais_form(open_service, body, status):
    _, client, _ = open_service
    answer = client.post("/v1/chat/completions", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_search_documents_and_pages(open_service):
    _, client, folder = open_service
    hits = client.get("/v1/search", params={"q": "stroke prevention", "k": 2, "scope": "anna/**"}).json()["hits"]
    assert hits[0]["document"] == "anna/letter.txt"
    ledger = {d["path"]: d["status"] for d in client.get("/v1/documents").json()["documents"]}
    assert ledger == {name: "unread" if name.endswith(".pdf") else "read" for name in NOTES}
    page = client.get("/v1/documents/anna/letter.txt/pages/1").json()
    assert page["text"] == (folder / "anna/letter.txt").read_text()
    assert client.get("/v1/documents/anna/letter.txt/pages/2").status_code == 400
    assert client.get("/v1/documents/anna/letter.txt/pages/1.png").status_code == 404
    assert client.get("/v1/documents/..%2f..%2fetc%2fpasswd/pages/1").status_code == 400
    described = client.get("/v1/openapi.json").json()["paths"]
    assert {"/v1/chat/completions", "/v1/search", "/v1/documents/{path}/pages/{number}.png"} <= set(described)


def test_only_this_machine_and_this_site_may_ask_without_a_token(open_service):
    _, client, _ = open_service
    assert client.get("/v1/health", headers={"Host": "evil.example"}).status_code == 421
    assert client.get("/v1/health", headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.get("/v1/health", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    plain = client.post("/v1/chat/completions", content="{}", headers={"Content-Type": "text/plain"})
    assert plain.status_code == 400
    headers = client.get("/").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "access-control-allow-origin" not in headers


def test_a_host_beyond_this_machine_needs_a_token(tmp_path):
    write(tmp_path, {"a.txt": "Something."})
    ran = subprocess.run(
        [sys.executable, "-m", "casefolio", "serve", str(tmp_path), "--host", "0.0.0.0"],
        capture_output=True, text=True, cwd=ROOT, timeout=600, env={k: v for k, v in os.environ.items() if k != "CASEFOLIO_TOKEN"},  # noqa: E501
    )  # fmt: skip
    assert ran.returncode == 2
    assert "--token" in ran.stderr


DOORS = [
    "/v1/health",
    "/v1/models",
    "/v1/documents",
    "/v1/documents/anna/letter.txt",
    "/v1/search?q=a",
    "/v1/openapi.json",
    "/v1/none",
    "/mcp",
]


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer wrong-wrong-wrong-wrong"}, {"Authorization": TOKENS["anna"]}]
)
def test_without_a_token_there_is_401_and_nothing_else(walled_service, header):
    _, client, _ = walled_service
    answers = [client.get(door, headers=header) for door in DOORS] + [
        chat(client, APIXABAN, header),
        client.post("/mcp", json={}, headers=header),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.text for answer in answers} == {answers[0].text}


def test_nobody_sees_beyond_his_wall(walled_service):
    _, client, _ = walled_service
    # the names of the others, and what only their notes hold
    secret = {
        "anna": ("ben/", "Orlik", "warfarin", "heparin", "Ben Velden", "broken"),
        "ben": ("anna/", "apixaban", "4 May"),
    }
    questions = [
        APIXABAN,
        "Which drug was Velden given?",
        "What was given to the patient?",
        "What happened after surgery?",
        "What is new?",
    ]
    for who, words in secret.items():
        seen = [client.get(door, headers=bearer(who)).text for door in ("/v1/health", "/v1/documents", "/v1/models")]
        for question in questions:
            asked = {word.lower() for word in question.split()}
            answers = [chat(client, question, bearer(who)), chat(client, question, bearer(who), scope="**"),
                       chat(client, question, bearer(who), stream=True)]  # fmt: skip
            seen += [answer.text for answer in answers]
            seen.append(client.get("/v1/search", params={"q": question, "k": 50}, headers=bearer(who)).text)
            told = answers[0].json()["casefolio"]
            assert told["citations"] or told["nearest"]
            assert asked
        assert not [word for word in words for text in seen if word in text]
    beyond, missing = (
        client.get(f"/v1/documents/{p}/pages/1", headers=bearer("anna")) for p in ("ben/letter.txt", "ben/nowhere.txt")
    )
    assert (beyond.status_code, beyond.text.replace("letter", "nowhere")) == (missing.status_code, missing.text)
    everything = client.get("/v1/documents", headers=bearer("all")).json()["documents"]
    assert len(everything) == len(NOTES)


def test_tools_over_http_are_walled_too(walled_service):
    service, _, _ = walled_service
    listed, anna, ledger = asyncio.run(over_http(f"{service.url}/mcp", TOKENS["anna"]))
    assert listed == {"ask", "search", "show", "ledger"}
    assert "apixaban" in anna
    assert "anna/plan.txt" in ledger
    assert "ben/" not in ledger


async def over_http(url, token):
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    async with httpx_client(token) as http, Client(streamable_http_client(url, http_client=http)) as client:
        return await used(client)


def httpx_client(token):
    import httpx2

    return httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=600)


async def used(client):
    listed = {tool.name for tool in (await client.list_tools()).tools}
    asked = await client.call_tool("ask", {"question": APIXABAN})
    ledger = await client.call_tool("ledger", {})
    return listed, asked.content[0].text, ledger.content[0].text


def test_tools_over_stdin(tmp_path):
    write(tmp_path, NOTES)
    command = [sys.executable, "-m", "casefolio", "index", str(tmp_path)]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)

    async def ask():
        from mcp import Client, StdioServerParameters, stdio_client

        arguments = ["-m", "casefolio", "mcp", str(tmp_path), "--scope", "anna/**"]
        server = StdioServerParameters(command=sys.executable, args=arguments, cwd=str(ROOT), env=dict(os.environ))
        async with Client(stdio_client(server)) as client:
            listed, asked, ledger = await used(client)
            hits = (await client.call_tool("search", {"query": "appointment"})).content[0].text
            page = (await client.call_tool("show", {"document": "anna/plan.txt"})).content[0].text
            beyond = (await client.call_tool("show", {"document": "ben/letter.txt"})).content[0].text
            return listed, asked, ledger, hits, page, beyond

    listed, asked, ledger, hits, page, beyond = asyncio.run(ask())
    assert listed == {"ask", "search", "show", "ledger"}
    assert "apixaban" in asked
    assert "4 May 2024" in hits
    assert "4 May 2024" in page
    assert "ben/" not in ledger
    assert "warfarin" not in beyond


def test_the_folder_is_watched(open_service):
    _, client, folder = open_service
    note = folder / "new" / "note.txt"

    def found():
        return client.get("/v1/search", params={"q": "antibiotic of Carla Ruiz", "k": 1}).json()["hits"][0]["text"]

    for drug in ("amoxicillin", "cefuroxime"):
        write(
            folder,
            {"new/note.txt": f"Note\nPatient: Carla Ruiz\n\nCarla Ruiz was given the antibiotic {drug} for a week.\n"},
        )
        until(lambda drug=drug: drug in found())
    note.unlink()
    until(lambda: "cefuroxime" not in found() and "new/note.txt" not in client.get("/v1/documents").text)


def test_a_kill_loses_nothing_and_the_log_tells_who_asked_what(service_of, tmp_path):
    folder, log = tmp_path / "notes", tmp_path / "audit.jsonl"
    write(folder, NOTES)
    for _ in range(2):
        service = service_of(str(folder), "--token", "a-token-of-this-test", "--audit", str(log))
        with httpx.Client(
            base_url=service.url, timeout=600, headers={"Authorization": "Bearer a-token-of-this-test"}
        ) as client:
            until(lambda: client.get("/v1/health").json()["libraries"][0]["documents"] == len(NOTES))
            assert "apixaban" in chat(client, APIXABAN).text
        said = service.stop(signal.SIGKILL)
        assert "apixaban" not in said
        assert "a-token-of-this-test" not in said
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    answers = [e for e in entries if e["what"] == "answer"]
    assert [e["question"] for e in entries if e["what"] == "ask"] == [APIXABAN, APIXABAN]
    assert all(e["shown"][0]["document"] == "anna/letter.txt" for e in answers)
    assert len(answers) == 2
    assert "apixaban" not in log.read_text()
    assert "a-token-of-this-test" not in log.read_text()
    verified = subprocess.run(
        [sys.executable, "-m", "casefolio", "audit", "verify", str(log)], cwd=ROOT, capture_output=True, text=True
    )
    assert (verified.returncode, f"{len(entries)} lines" in verified.stdout) == (0, True)


def test_a_client_that_goes_leaves_the_service_well(open_service):
    service, client, _ = open_service
    host, port = service.url.removeprefix("http://").split(":")
    body = json.dumps({"messages": [{"role": "user", "content": APIXABAN}]})
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"  # noqa: E501
    for _ in range(20):
        with socket.create_connection((host, int(port))) as gone:
            gone.sendall((head + body).encode())
    half = socket.create_connection((host, int(port)))
    half.sendall(head.encode())  # and never a body
    assert chat(client, APIXABAN).status_code == 200
    half.close()
