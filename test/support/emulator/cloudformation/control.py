"""What tests ask of the emulator itself, below /moto-api/emulator/.

- GET  resources?region=&stack=        the resources of a stack with their resolved properties
- POST faults                          {"type", "operation": create, update or delete, "reason"}; no reason ends it
- POST schedules                       {"region", "group", "name"}: fires a schedule; returns the function's output
- POST archives                        {"bucket", "key", "files": text by name}: stores a zip file
- POST zones                           {"region", "ids"}: the ids of the zones a, b, c …
- PUT  responses/<request id>          what functions of custom resources send to their ResponseURL
"""

import io
import json
import zipfile
from urllib.parse import parse_qs, urlparse

from moto.core import DEFAULT_ACCOUNT_ID
from moto.moto_api._internal import urls
from moto.s3.models import s3_backends

from . import stacks
from .configuration import set_endpoint
from .resources.base import faults
from .resources.custom import responses
from .resources.scheduling import fire
from .zones import set_zones

PATH = "/moto-api/emulator/"
JSON = {"Content-Type": "application/json"}


def handle(request, full_url, headers):
    set_endpoint(request.host)
    url = urlparse(full_url)
    name, _, rest = url.path.removeprefix(PATH).partition("/")
    body = request.get_data(as_text=True)
    if name == "responses":
        responses[rest] = body
        return 200, {}, ""
    query = {key: values[0] for key, values in parse_qs(url.query).items()}
    result = OPERATIONS[name](json.loads(body) if body else query)
    return 200, JSON, json.dumps(result, default=str)


def resources(query):
    stack = stacks.find(DEFAULT_ACCOUNT_ID, query["region"], query["stack"])
    return {
        resource.logical_id: {
            "Type": resource.type,
            "PhysicalResourceId": resource.physical_id,
            "Properties": resource.properties,
        }
        for resource in stack.resources.values()
    }


def set_fault(fault):
    key = (fault["type"], fault["operation"])
    if fault.get("reason"):
        faults[key] = fault["reason"]
    else:
        faults.pop(key, None)
    return {}


def fire_schedule(schedule):
    completed = fire(DEFAULT_ACCOUNT_ID, schedule["region"], schedule.get("group"), schedule["name"])
    return {"exitCode": completed.returncode, "stdout": completed.stdout, "stderr": completed.stderr}


def change_zones(zones):
    set_zones(zones["region"], zones["ids"])
    return {}


def store_archive(archive):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as content:
        for name, text in archive["files"].items():
            content.writestr(name, text)
    s3_backends[DEFAULT_ACCOUNT_ID]["aws"].put_object(archive["bucket"], archive["key"], data.getvalue())
    return {}


OPERATIONS = {
    "archives": store_archive,
    "faults": set_fault,
    "resources": resources,
    "schedules": fire_schedule,
    "zones": change_zones,
}


def install():
    urls.url_paths["{0}/moto-api/emulator/(?P<rest>.+)$"] = handle
