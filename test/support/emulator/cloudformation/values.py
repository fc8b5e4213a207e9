"""Templates: parameters, conditions, intrinsic functions and dependencies."""

import base64
import copy
import json
import re

import yaml
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.utils import yaml_tag_constructor
from moto.ec2.models import ec2_backends
from moto.ssm.models import ssm_backends

PLACEHOLDER = re.compile(r"\$\{([^!][^}]*)\}")

# The result of a reference to AWS::NoValue: the property is left out.
NO_VALUE = object()


def parse_template(text):
    """Returns a template of JSON or YAML. Raises ValidationError."""
    try:
        return json.loads(text)
    except ValueError:
        yaml.add_multi_constructor("", yaml_tag_constructor, Loader=yaml.SafeLoader)
        try:
            return yaml.load(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            raise ValidationError(message=f"Template format error: {error}") from error


def references(value):
    """Returns the names that `Ref`, `Fn::GetAtt` and `Fn::Sub` refer to."""
    if isinstance(value, list):
        return set().union(*map(references, value))
    if not isinstance(value, dict):
        return set()
    found = set().union(*map(references, value.values()))
    if "Ref" in value:
        found.add(value["Ref"])
    if "Fn::GetAtt" in value:
        found.add(attribute_path(value["Fn::GetAtt"])[0])
    if "Fn::Sub" in value:
        text, own = substitution(value["Fn::Sub"])
        names = {name.split(".")[0] for name in PLACEHOLDER.findall(text)}
        found |= names - set(own)
    return found


def attribute_path(path):
    return path.split(".", 1) if isinstance(path, str) else path


def substitution(value):
    return (value, {}) if isinstance(value, str) else value


class Values:
    """Resolves the values of one template. `attribute` returns a `Ref` (None) or attribute of a resource."""

    def __init__(self, template, parameters, pseudo, attribute):
        self.template = template
        self.account = pseudo["AWS::AccountId"]
        self.region = pseudo["AWS::Region"]
        self.attribute = attribute
        self.names = {**pseudo, "AWS::NoValue": NO_VALUE}
        self.names.update(self._parameters(parameters))
        self.conditions = {}

    def _parameters(self, given):
        slots = self.template.get("Parameters", {})
        unknown = sorted(set(given) - set(slots))
        if unknown:
            raise ValidationError(message=f"Parameters: {unknown} do not exist in the template")
        missing = [name for name, slot in slots.items() if name not in given and "Default" not in slot]
        if missing:
            raise ValidationError(message=f"Parameters: {missing} must have values")
        return {
            name: self._parameter(slot["Type"], given.get(name, slot.get("Default")))
            for name, slot in slots.items()
        }

    def _parameter(self, kind, value):
        if kind.startswith("AWS::SSM::Parameter::"):
            stored = ssm_backends[self.account][self.region].get_parameter(value)
            if stored is None:
                raise ValidationError(
                    message=f"Unable to fetch parameters [{value}] from parameter store for this account."
                )
            return stored.value
        return value.split(",") if "List" in kind else value

    def condition(self, name):
        if name not in self.conditions:
            self.conditions[name] = self._test(self.template["Conditions"][name])
        return self.conditions[name]

    def _test(self, expression):
        if "Condition" in expression:
            return self.condition(expression["Condition"])
        ((function, operands),) = expression.items()
        if function == "Fn::Equals":
            one, other = map(self.resolve, operands)
            return str(one) == str(other)
        results = map(self._test, operands)
        return {
            "Fn::Not": lambda: not next(results),
            "Fn::And": lambda: all(results),
            "Fn::Or": lambda: any(results),
        }[function]()

    def resolve(self, value):
        """Returns a value without functions; fields without a value are left out."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name == "Ref":
                return self._reference(argument)
            if name.startswith("Fn::"):
                function = FUNCTIONS.get(name)
                if function is None:
                    raise ValidationError(message=f"Template error: {name} is not supported by the emulator.")
                return function(self, argument)
        fields = {name: self.resolve(item) for name, item in value.items()}
        return {name: item for name, item in fields.items() if item is not NO_VALUE}

    def _reference(self, name):
        return self.names[name] if name in self.names else self.attribute(name, None)

    def _substitute(self, argument):
        text, own = substitution(argument)
        names = {name: self.resolve(value) for name, value in own.items()}

        def replace(match):
            name = match[1]
            if name in names:
                return str(names[name])
            return str(self.attribute(*name.split(".", 1)) if "." in name else self._reference(name))

        return PLACEHOLDER.sub(replace, text).replace("${!", "${")

    def _select(self, argument):
        index, items = self.resolve(argument)
        if int(index) >= len(items):
            raise ValidationError(
                message=f"Template error: Fn::Select cannot select nonexistent value at index {index}"
            )
        return items[int(index)]

    def _find_in_map(self, argument):
        name, *keys = (self.resolve(part) for part in argument[:3])
        default = argument[3].get("DefaultValue") if len(argument) > 3 else None
        found = self.template["Mappings"][name]
        for key in keys:
            if key not in found and default is not None:
                return self.resolve(default)
            if key not in found:
                raise ValidationError(
                    message=f"Template error: Unable to get mapping for {name}::{'::'.join(keys)}"
                )
            found = found[key]
        return copy.deepcopy(found)

    def _zones(self, region):
        region = self.resolve(region) or self.region
        return sorted(zone.name for zone in ec2_backends[self.account][region].describe_availability_zones())

    def _attribute(self, path):
        name, attribute = attribute_path(path)
        return self.attribute(name, self.resolve(attribute))

    def _join(self, argument):
        separator, parts = argument
        return separator.join(str(part) for part in self.resolve(parts))


FUNCTIONS = {
    "Fn::GetAtt": Values._attribute,
    "Fn::Join": Values._join,
    "Fn::Sub": Values._substitute,
    "Fn::Select": Values._select,
    "Fn::Split": lambda values, argument: values.resolve(argument[1]).split(argument[0]),
    "Fn::FindInMap": Values._find_in_map,
    "Fn::GetAZs": Values._zones,
    "Fn::If": lambda values, argument: values.resolve(argument[1 if values.condition(argument[0]) else 2]),
    "Fn::Base64": lambda values, argument: base64.b64encode(values.resolve(argument).encode()).decode(),
    "Fn::ToJsonString": lambda values, argument: json.dumps(values.resolve(argument)),
}


def normal(value):
    """Returns a value in the form in which CloudFormation compares it: 80 equals "80", true equals "true"."""
    if isinstance(value, list):
        return [normal(item) for item in value]
    if isinstance(value, dict):
        return {name: normal(item) for name, item in value.items()}
    return str(value).lower() if isinstance(value, bool) else str(value)
