"""What schemathesis can't know of a ledger: which accounts and holds there are.

Without `make_real`, commands would hardly ever get past the first look-up. It changes well-formed requests only, and
leaves them well formed; schemathesis judges a request by what it is after these changes.
"""

import json
import os
import random
import sys
import unicodedata
import uuid
import zlib
from collections import defaultdict, deque
from datetime import datetime
from pathlib import Path

import schemathesis
from hypothesis import strategies as st
from schemathesis.core.parameters import ParameterLocation

sys.path.insert(0, str(Path(__file__).parent))
from contract import LINES  # Its checks are registered thereby.

# Opened by the spec. The first two may go as far below zero as they like.
RICH = ["cash", "world"]
ACCOUNTS = [*RICH, "alice", "bob", "fee", "hotel", "acc_1"]
CURRENCIES = ["USD", "EUR", "JPY", "BTC/8", "POINTS/0"]

# Times in the years that are accepted; the default knows all from 0001.
schemathesis.openapi.format(
    "date-time",
    st.builds(
        lambda time, fraction, zone: f"{time:%Y-%m-%dT%H:%M:%S}{fraction}{zone}",
        st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2199, 12, 30)),
        st.from_regex(r"\A(\.[0-9]{1,9})?\Z"),
        st.from_regex(r"\A(Z|z|[+-](0[0-9]|1[0-9]|2[0-3]):[0-5][0-9])\Z"),
    ),
)


@schemathesis.serializer(LINES)
def send_lines(ctx, value):
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value)).encode()


# What answers gave: newest ids of each kind, next pages by operation, cursors of events; and what was sent, by command.
known = {kind: deque(maxlen=50) for kind in ("accounts", "transactions", "holds")}
for kind, ids in json.loads(os.environ["FUZZ_SEEDED"]).items():
    known[kind].extend(ids)
sent = defaultdict(lambda: deque(maxlen=50))
pages = {}
cursors = deque(maxlen=50)

COMMANDS = {
    "/v1/ledgers/{ledger}/accounts": "open_account",
    "/v1/ledgers/{ledger}/transactions": "transaction",
    "/v1/ledgers/{ledger}/transfers": "transfer",
    "/v1/ledgers/{ledger}/holds": "hold",
    "/v1/ledgers/{ledger}/holds/{id}/capture": "capture",
    "/v1/ledgers/{ledger}/holds/{id}/void": "void",
    "/v1/ledgers/{ledger}/transactions/{id}/reverse": "reverse",
}


def positive(case, location):
    return case.meta is None or case.meta.generation.mode.is_positive or not case.meta.is_negative_at(location)


@schemathesis.hook
def before_call(ctx, case, kwargs):
    path = case.operation.path
    # By what was generated, not by chance: a failing request is sent again to be shrunk.
    generated = repr((path, case.path_parameters, case.query, case.body))
    chance = random.Random(zlib.crc32(generated.encode("utf-8", "replace")))
    choose_key(case, chance)
    if positive(case, ParameterLocation.PATH):
        choose_path(case, path, chance)
    if positive(case, ParameterLocation.QUERY) and case.query:
        choose_page(case, chance)
    if case.media_type == LINES and positive(case, ParameterLocation.BODY) and chance.random() < 0.8:
        case.body = "\n".join(json.dumps(item) for item in compose("independent", chance))
    if isinstance(case.body, dict):
        if positive(case, ParameterLocation.BODY):
            make_real(case.body, path, chance)
        remember_body(case, path)


def choose_key(case, chance):
    """A key of its own, so that commands run; by one name or by both. Where the key is made wrong, it is so by both."""
    headers = case.headers
    if not headers:
        return
    if "If-Match" in headers and positive(case, ParameterLocation.HEADER):
        headers["If-Match"] = chance.choice(["*", '"1"', '"1", W/"2"', '"2"'])
    if not positive(case, ParameterLocation.HEADER) or "Idempotency-Key" not in headers:
        headers.pop("X-Idempotency-Key", None)
        # A dry run needs no key.
        if case.query and "dry_run" in case.query and positive(case, ParameterLocation.QUERY):
            del case.query["dry_run"]
        return
    if chance.random() < 0.9:
        headers["Idempotency-Key"] = str(uuid.uuid4())
    if "X-Idempotency-Key" in headers:
        headers["X-Idempotency-Key"] = chance.choice([headers["Idempotency-Key"], ""])


def choose_path(case, path, chance):
    parameters = case.path_parameters
    if not parameters:
        return
    if "ledger" in parameters and chance.random() < 0.9:
        parameters["ledger"] = "main"
    if "id" in parameters and chance.random() < 0.9:
        kind = next(kind for kind in known if f"/{kind}/" in path)
        # Only what the run itself opened is frozen, closed and bounded: the others stay of use.
        reads = case.method == "GET" and kind == "accounts"
        found = [*known[kind], *(ACCOUNTS if reads else [])]
        if found:
            parameters["id"] = chance.choice(found)


def choose_page(case, chance):
    query = case.query
    if "dry_run" in query and chance.random() < 0.7:
        del query["dry_run"]
    if "reference" in query:
        query["reference"] = printable(query["reference"])
    if "wait" in query:
        query["wait"] = type(query["wait"])("0")
    if "after" in query and cursors:
        query["after"] = chance.choice(cursors)
    if "recorded_at" in query:
        query["recorded_at"] = before_now(query["recorded_at"])
    if "cursor" not in query:
        return
    page = pages.get(case.operation.label)
    if page is None:
        del query["cursor"]
    else:
        case.path_parameters, case.query = dict(page[0]), dict(page[1])


def printable(text):
    """Some control characters are generated as blanks, and some unassigned ones as marks."""
    return "".join(character for character in text if unicodedata.category(character)[0] != "C") or "-"


def before_now(time):
    """The same time of the twentieth century, which had no 29 February in 1900."""
    later = isinstance(time, str) and time[:2] in ("20", "21") and "-02-29" not in time
    return "19" + time[2:] if later else time


def make_real(body, path, chance):
    """Names what there is, and takes one of several fields that exclude each other."""
    walk(body, chance)
    if body.get("id") is not None and chance.random() < 0.8:
        body["id"] = str(uuid.uuid4())
    if "{id}" in path and chance.random() < 0.8:
        # Not before what it builds on.
        body.pop("effective_at", None)
    for first, second in (("amount", "up_to"), ("expires_at", "expires_in"), ("reason", "description")):
        if body.get(first) is not None and body.get(second) is not None:
            if (first, path.rpartition("/")[2]) != ("amount", "capture"):
                del body[chance.choice([first, second])]
    if path.endswith("/transfers"):
        if body.get("amount") is None and body.get("up_to") is None:
            body["amount"] = "7"
        if body["from"] == body["to"]:
            body["from"] = "cash" if body["to"] != "cash" else "world"
        if isinstance(body["to"], list):
            for part in body["to"]:
                choose_share(part, body["from"], chance)
    if path.endswith("/holds"):
        choose_form(body, chance)
    if isinstance(body.get("entries"), list) and chance.random() < 0.7:
        balance(body["entries"])
    if path.endswith("/bulk"):
        body["commands"] = compose(body["mode"], chance) or body["commands"]
    limits = body.get("min_balance"), body.get("max_balance")
    if None not in limits and int(limits[0]) > int(limits[1]):
        body["min_balance"], body["max_balance"] = body["max_balance"], body["min_balance"]


def walk(value, chance):
    if isinstance(value, list):
        for item in value:
            walk(item, chance)
    if not isinstance(value, dict):
        return
    for name, member in list(value.items()):
        if name in ("account", "from", "to", "account_id") and isinstance(member, str):
            others = [*ACCOUNTS, *RICH, *list(known["accounts"])[-2:], member]
            value[name] = chance.choice(["acc_1", "alice"] if name == "account_id" else others)
        elif name in ("hold_id", "transaction_id"):
            value[name] = chance.choice([*known["holds" if name == "hold_id" else "transactions"], member])
        elif name == "currency" and member is not None:
            value[name] = chance.choice([*["USD"] * 15, *CURRENCIES])
        elif name == "effective_at":
            value[name] = before_now(member)
        elif name == "expires_at" and isinstance(member, str) and "-02-29" not in member:
            value[name] = "21" + member[2:]
        elif name in ("amount", "up_to", "minor_units") and isinstance(member, (str, int)) and chance.random() < 0.95:
            # Few great ones: totals only grow, and would be at 38 digits soon.
            value[name] = str(member)[:4] if isinstance(member, str) else int(member) % 1000 + 1
        elif name in ("reference", "reference_id") and isinstance(member, str):
            value[name] = printable(f"{member[:20]} {uuid.uuid4()}" if chance.random() < 0.5 else member)
        elif name == "if" and isinstance(member, dict) and all(bound is None for bound in member.values()):
            del value[name]
        elif name != "metadata":
            walk(member, chance)


def choose_share(part, source, chance):
    if part["account"] == source:
        part["account"] = "fee" if source != "fee" else "hotel"
    if (part.get("amount") is None) == (part.get("share") is None):
        part.pop("amount", None)
        part["share"] = chance.choice(["70%", "0.0000000001%", "33.3%", "100%", "remaining"])


def choose_form(body, chance):
    if body.get("entries") is not None and (chance.random() < 0.5 or body.get("from") is None):
        for name in ("from", "to", "amount"):
            body.pop(name, None)
    else:
        body.pop("entries", None)
        ends = chance.sample(ACCOUNTS, 2)
        body["from"], body["to"] = ends
        body["amount"] = body.get("amount") or "5"


def balance(entries):
    """The first takes what makes up for the others."""
    net = sum((1 if entry["side"] == "debit" else -1) * int(entry["amount"]) for entry in entries[1:])
    if net != 0 and abs(net) < 10**38:
        entries[0].update(side="credit" if net > 0 else "debit", amount=str(abs(net)))
    for entry in entries:
        entry.pop("currency", None)


def compose(mode, chance):
    """A bulk of what was sent before, malformed commands too where each stands for itself."""
    found = [item for bodies in sent.values() for item, sound in bodies if sound or mode == "independent"]
    most = chance.randint(1, 3 if mode == "atomic" else 12)
    return [dict(item) for item in chance.sample(found, min(len(found), most))]


def remember_body(case, path):
    command = COMMANDS.get(path)
    if case.method != "POST" or command is None or not encodable(case.body):
        return
    item = {**case.body, "command": command}
    id = (case.path_parameters or {}).get("id")
    if command in ("capture", "void"):
        item["hold_id"] = id
    if command == "reverse":
        item["transaction_id"] = id
    # Another id and reference than the request's own, which are used then.
    if isinstance(item.get("id"), str) and command != "open_account":
        item["id"] = str(uuid.uuid4())
    sound = positive(case, ParameterLocation.BODY) and positive(case, ParameterLocation.PATH)
    sent[command].append((item, sound))


def encodable(value):
    try:
        return len(json.dumps(value, ensure_ascii=False).encode()) < 20_000
    except (TypeError, ValueError):
        return False


@schemathesis.hook
def after_call(ctx, case, response):
    if response.status_code == 200 and case.operation.path.endswith("/events"):
        cursors.extend(json.loads(line)["cursor"] for line in response.content.splitlines()[-3:])
        return
    type = response.headers.get("content-type", [""])[0]
    if response.status_code not in (200, 201) or not type.startswith("application/json"):
        return
    answer = json.loads(response.content)
    if case.method == "GET":
        if isinstance(answer, dict) and answer.get("next_cursor"):
            query = {**(case.query or {}), "cursor": answer["next_cursor"]}
            pages[case.operation.label] = (dict(case.path_parameters or {}), query)
    elif isinstance(answer, dict) and not (case.query or {}).get("dry_run"):
        if "opened_at" in answer and answer["ledger"] == "main":
            known["accounts"].append(answer["id"])
        if "hold_id" in answer and answer["status"] == "held":
            known["holds"].append(answer["hold_id"])
        if answer.get("kind") == "hold":
            known["holds"].append(answer["id"])
        if answer.get("kind") in ("posting", "capture"):
            known["transactions"].append(answer["id"])
