"""schemathesis against a running server: every operation of the document, signed in as the owner and as nobody.

    api.py SCHEMATHESIS URL FOLDER SEED SECONDS

The server is new and empty. What is asked of it: no server error, no answer, content type, header or shape the document does not name, no
way in without signing in. A run in which most calls were turned away at the door would prove nothing, so it also counts what was reached.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

PASSWORD = "harbour lantern 42 brass"
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
]

# Left out for whoever is signed in, and only for them.
KEEPS_THE_CALLER_IN = {
    "logout": "ends the session the run uses",
    "endOwnSession": "ends the session the run uses",
    "changePassword": "the caller's own password",
    "updatePasswordPolicy": "could ask the caller for another password before anything else",
    "updateSignInPolicy": "could ask the caller for a second factor before anything else",
    "impersonate": "from then on the caller is somebody else",
}
# Left out for everybody.
NEVER_ENDS = {"followEvents": "a stream stays open"}


class Server:
    def __init__(self, url):
        self.url = url
        self.token = None

    def call(self, method, path, body=None, headers=None):
        """The data of the answer, `None` where it was refused."""
        request = urllib.request.Request(f"{self.url}/api/v1{path}", method=method, headers=dict(headers or {}))
        if body is not None:
            request.data = body if isinstance(body, bytes) else json.dumps(body).encode()
            request.headers.setdefault("Content-type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                text = reply.read()
                return json.loads(text).get("data") if text else None
        except urllib.error.HTTPError as error:
            print(f"note: {method} {path} answered {error.code}: {error.read()[:300]!r}")
            return None

    def ids(self, path, field="id"):
        rows = self.call("GET", path) or []
        return [row[field] for row in rows][:5]


def business(server):
    """A business of one of everything, so that ids lead somewhere. Answers them by the path they belong to."""
    first = {"tenantName": "Harbour", "firstName": "Olive", "lastName": "Owner", "email": "owner@harbour.example", "password": PASSWORD}
    signed_in = server.call("POST", "/setup", {**first, "tokenDelivery": "body"})
    server.token, owner = signed_in["accessToken"], signed_in["user"]["id"]
    for name in ["ada", "ben", "cleo"]:
        server.call("POST", "/users", {"email": f"{name}@example.com", "firstName": name.title(), "lastName": "Holm", "role": "user"})
    people = [one for one in server.ids("/users?limit=5") if one != owner]
    rope = {"name": "Rope", "sku": "ROPE-1", "price": {"amount": 5000, "currency": "EUR"}, "weight": 3, "stock": 900}
    server.call("POST", "/products", rope)
    products = server.ids("/products")
    address = {"name": "Ada Holm", "street": "Strandgaten 1", "city": "Bergen", "zipCode": "5013", "country": "NO"}
    for _ in range(3):
        server.call("POST", "/orders", {"customerId": people[0], "items": [{"productId": products[0], "quantity": 1}], "shippingAddress": address})
    orders = server.ids("/orders")
    for order in orders[:2]:
        server.call("POST", f"/orders/{order}/pay", {"paymentMethod": "pm_card_visa", "capture": "automatic"})
    server.call("POST", "/views", {"area": "orders", "name": "Mine", "query": "state=pending", "shared": True})
    server.call("POST", "/keys", {"name": "Script", "scopes": ["read:user"], "expiresInDays": 30, "ratePerMinute": 60})
    server.call("POST", "/policies", {"name": "Hours", "source": "forbid (principal, action == Action::\"refund:order\", resource);", "tests": [], "state": "shadow"})
    server.call("POST", "/providers", {"kind": "github", "name": "Elsewhere", "clientId": "purser", "secret": "a secret of theirs", "createPeople": True})
    fields = {"subjectType": "user", "subjectId": people[0]}
    parts = [f'content-disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
    parts.append('content-disposition: form-data; name="file"; filename="a.txt"\r\ncontent-type: text/plain\r\n\r\nhello')
    form = "".join(f"--x\r\n{part}\r\n" for part in parts) + "--x--\r\n"
    server.call("POST", "/files", form.encode(), {"Content-type": "multipart/form-data; boundary=x"})
    found = {"/users": people, "/products": products, "/orders": orders, "/roles": ["support", "finance", "nobody-has-it"]}
    for area in ["payments", "refunds", "files", "imports", "jobs", "mailbox", "providers", "policies", "keys", "tenants", "audit", "views"]:
        found[f"/{area}"] = server.ids(f"/{area}")
    found["/auth/providers"], found["/auth/sessions"] = found["/providers"], server.ids("/auth/sessions")
    return found


def leading(document, found):
    """The document with ids that lead somewhere, and one that does not."""
    nowhere = "01920000-0000-7000-8000-000000000000"
    for path, item in document["paths"].items():
        area = max((known for known in found if path.startswith(f"/api/v1{known}/")), key=len, default=None)
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path" and parameter["name"] in ("id", "key") and area and found[area]:
                    parameter["schema"] = {"type": "string", "enum": [*found[area], nowhere]}
    return document


def operations(document):
    return sorted(operation["operationId"] for item in document["paths"].values() for operation in item.values())


def reached(report, document):
    """How many operations answered well, and what came back how often."""
    paths = [(re.compile(re.sub(r"\{\w+\}", "[^/]*", path) + "$"), item) for path, item in document["paths"].items()]
    paths.sort(key=lambda known: -len(known[0].pattern.replace("[^/]*", "")))
    statuses, well = collections.Counter(), set()
    for entry in json.loads(report.read_text())["log"]["entries"]:
        status, path = entry["response"]["status"], urllib.parse.urlsplit(entry["request"]["url"]).path
        statuses[status] += 1
        item = next((item for pattern, item in paths if pattern.match(path)), {})
        operation = item.get(entry["request"]["method"].lower())
        if operation and 200 <= status < 300:
            well.add(operation["operationId"])
    return well, dict(sorted(statuses.items()))


def run(tool, server, folder, document, name, seed, seconds, left_out, more):
    spec, report = folder / f"{name}.json", folder / f"{name}.har"
    spec.write_text(json.dumps(document))
    line = [tool, "run", str(spec), "--url", server.url, "--seed", str(seed), "--max-time", str(seconds), "--request-timeout", "30"]
    line += ["--phases", "coverage,fuzzing", "--max-examples", "12", "--workers", "1", "--suppress-health-check", "all", "--continue-on-failure", "--no-color"]
    line += ["--checks", ",".join(CHECKS + more), "--warnings", "off", "--report", "har", "--report-har-path", str(report)]
    line += [word for one in left_out for word in ("--exclude-operation-id", one)]
    if server.token:
        line += ["--header", f"Authorization: Bearer {server.token}"]
    print(f"as {name}, seed {seed}, {seconds} s, without: {', '.join(sorted(left_out))}", flush=True)
    good = subprocess.run(line, cwd=folder, check=False).returncode == 0
    well, statuses = reached(report, document)
    print(f"as {name}: {sum(statuses.values())} calls, answers {statuses}, {len(well)} operations answered well", flush=True)
    return good, well


def main():
    tool, url, folder, seed, seconds = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
    with urllib.request.urlopen(f"{url}/api/openapi.json", timeout=60) as reply:
        document = json.loads(reply.read())
    known = operations(document)
    stale = (set(KEEPS_THE_CALLER_IN) | set(NEVER_ENDS)) - set(known)
    server = Server(url)
    document = leading(document, business(server))
    faults = [f"{one} is left out and not in the document" for one in sorted(stale)]
    signed_in, well = run(tool, server, folder, document, "the owner", seed, seconds * 3 // 4, {**KEEPS_THE_CALLER_IN, **NEVER_ENDS}, ["ignored_auth"])
    still = server.call("GET", "/auth/me") or {}
    server.token = None
    nobody, _ = run(tool, server, folder, document, "nobody", seed, seconds // 4, NEVER_ENDS, [])
    faults += [f"there were defects as {name}" for name, good in [("the owner", signed_in), ("nobody", nobody)] if not good]
    if still.get("role") != "owner" or still.get("first"):
        faults.append("the owner was turned away on the way, so that what came after proves little")
    if len(well) * 3 < len(known):
        faults.append(f"only {len(well)} of {len(known)} operations ever answered well")
    for fault in faults:
        print(f"FAULT: {fault}")
    print(f"# pass {len(known) if not faults else 0}")
    print(f"# fail {len(faults)}")
    sys.exit(1 if faults else 0)


main()
