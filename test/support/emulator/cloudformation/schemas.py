"""The resource schemas of CloudFormation, as cfn-lint ships them (moto depends on it)."""

import functools
import importlib.util
import json
from pathlib import Path

PACKAGE = Path(importlib.util.find_spec("cfnlint").submodule_search_locations[0])


@functools.cache
def _hashes():
    path = PACKAGE / "data/schemas/providers/us_east_1.py"
    specification = importlib.util.spec_from_file_location("cfnlint_us_east_1", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module.types


@functools.cache
def schema(resource_type):
    """Returns the schema of a type, or one without properties if there is none."""
    name = _hashes().get(resource_type)
    if name is None:
        return {"properties": {}}
    (path,) = (PACKAGE / "data/schemas/resources").glob(f"{name}*")
    return json.loads(path.read_text())


def create_only(resource_type):
    """Returns the paths of properties whose change replaces a resource: `("OriginConfig", "Name")`."""
    paths = schema(resource_type).get("createOnlyProperties", [])
    return [tuple(path.removeprefix("/properties/").split("/")) for path in paths]


def is_taggable_by_stack(resource_type):
    """Returns whether CloudFormation gives the stack's tags to resources of a type, as a list of keys and values."""
    found = schema(resource_type)
    tagging = found.get("tagging", {"taggable": False})
    return tagging.get("taggable", True) and found["properties"].get("Tags", {}).get("type") == "array"
