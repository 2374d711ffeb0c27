"""What a refusal must be, and which rules no schema can say."""

import json
from urllib.parse import parse_qsl, urlsplit

import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.core.parameters import ParameterLocation

LINES = "application/x-ndjson"

# Rules no schema can say, or only at the price of its readability: a well-formed request that breaks one of these, and
# nothing else, is rightly refused. By what is said of the field.
BEYOND_THE_SCHEMA = [
    # What other fields hold, which null makes absent.
    "is required, or up_to",
    "must not come with up_to",
    "is required, or entries",
    "must not come with entries",
    "must not come with expires_at",
    "must be another account than from",
    "must have either amount or share",
    'is the second "remaining"',
    "is greater than max_balance",
    "becomes the description: give one of them",
    "must have version, posted or available",
    "must compare with whole numbers by lt, lte, gt, gte, eq",
    # What only the service knows.
    "must be an ISO 4217 code, or another code with its exponent such as BTC/8",
    "must be a cursor that an earlier answer gave",
    "is not a cursor that this list has given out",
    "is not a cursor of this ledger’s events",
    "is more than 5 minutes ahead",
    "is not in the future",
    "must be at least 10 seconds ago: later than that, more may still be recorded",
    "is beyond the newest",
    "is before that of what it builds on",
    # How large and how deep an object of the caller's is, and what its numbers lose.
    "must be an object of up to 16 KiB, 8 levels deep, whose numbers JSON holds exactly (a large one as a string)",
    "is larger than 16 KiB",
    "is nested more than",
    "must be given as metadata[key]=value",
]


@schemathesis.hook
def filter_failure(ctx, failure, case, response):
    if type(failure).__name__ == "AcceptedNegativeData" and case.operation.path.endswith("/bulk"):
        # An independent bulk refuses a malformed command in that command's own place.
        return not any(result["status"] == 400 for result in results_of(response))
    if type(failure).__name__ != "RejectedPositiveData" or response.status_code != 400:
        return True
    problem = json.loads(response.content)
    if problem["code"] == "MALFORMED_JSON":
        return not problem["detail"].startswith("the key ")
    messages = [error["message"] for error in problem.get("errors", [])]
    return not messages or not all(message.startswith(tuple(BEYOND_THE_SCHEMA)) for message in messages)


class NotAsDocumented(Failure):
    """Fails `problem_document`."""

    kind_title = "Not the problem document of the contract"


# What comes before it is known which endpoint is meant, or of a body that the endpoint doesn't take.
ANYWHERE = {
    "MALFORMED_JSON",
    "METHOD_NOT_ALLOWED",
    "PAYLOAD_TOO_LARGE",
    "ROUTE_NOT_FOUND",
    "UNSUPPORTED_MEDIA_TYPE",
}


@schemathesis.check
def problem_document(ctx, response, case):
    """Whatever is refused is so by a problem document, with a code documented for the endpoint, naming the field."""
    if response.status_code < 400:
        broken = [result for result in results_of(response) if result["status"] >= 500]
        fault = f"a command was answered with {broken[0]}" if broken else None
    else:
        fault = fault_of(response, case)
    if fault:
        raise NotAsDocumented(operation=case.operation.label, message=fault)


def results_of(response):
    """Those of the commands of a bulk."""
    type = response.headers.get("content-type", [""])[0]
    if type.startswith(LINES):
        return [line for line in map(json.loads, response.content.splitlines()) if "status" in line]
    answer = json.loads(response.content) if type.startswith("application/json") else None
    return answer.get("results", []) if isinstance(answer, dict) else []


def fault_of(response, case):
    if response.headers.get("content-type") != ["application/problem+json"]:
        return f"its content type is {response.headers.get('content-type')}"
    problem = json.loads(response.content)
    missing = {"type", "title", "status", "code", "detail", "trace_id"} - problem.keys()
    if missing:
        return f"it has no {', '.join(sorted(missing))}"
    if problem["status"] != response.status_code:
        return f"its status is {problem['status']}, that of the answer {response.status_code}"
    documented = case.operation.definition.raw["responses"].get(str(response.status_code), {})
    examples = documented.get("content", {}).get("application/problem+json", {}).get("examples", {})
    if problem["code"] not in examples and problem["code"] not in ANYWHERE:
        return f"{problem['code']} is not documented for {case.operation.label}"
    if problem["code"] == "VALIDATION_FAILED":
        return field_fault(problem.get("errors"), case, response.request.url)
    return None


def field_fault(errors, case, url):
    if not errors or not all(isinstance(error.get("path"), str) and error.get("message") for error in errors):
        return "its errors don't say what is wrong where"
    name = wrong_parameter(case, url)
    paths = [error["path"].lower() for error in errors]
    if name and not any(path.startswith((name.lower(), "path")) for path in paths):
        return f"its errors name {paths}, but {name} is wrong"
    return None


def wrong_parameter(case, url):
    """The one parameter that was made wrong, if it is known and not the body."""
    data = case.meta.phase.data if case.meta else None
    if data is None or data.parameter_location in (None, ParameterLocation.BODY):
        return None
    if not data.parameter or not case.meta.is_negative_at(data.parameter_location):
        return None
    # Of an object, a query may have no trace, or one that is as it should be.
    query = [name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)]
    if data.parameter_location == ParameterLocation.QUERY and data.parameter not in query:
        return None
    return data.parameter
