"""Lambda functions, which run as processes of Node.js with the code of the deployed asset."""

import copy
import io
import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from moto.awslambda.models import LambdaFunction, lambda_backends
from moto.s3.models import s3_backends

from ..configuration import PROJECT, endpoint
from .base import Handler, handled, new_id, register
from .moto_models import MotoModel

RUNNER = Path(__file__).with_name("run_function.cjs")

# Added to the timeout of a function, because the machine of a test may be busy.
START_S = 60


class Function(MotoModel):
    """A function. moto has its code and configuration."""

    def do_create(self, stack, resource):
        check_code(stack, resource.properties["Code"])
        super().do_create(stack, resource)

    def do_update(self, stack, resource, properties):
        check_code(stack, properties["Code"])
        resource.model.update_configuration(copy.deepcopy(properties))
        resource.model.update_function_code(copy.deepcopy(properties["Code"]))

    def attribute(self, resource, name):
        return resource.model.function_arn if name == "Arn" else super().attribute(resource, name)


def check_code(stack, code):
    """Raises RefusedError for code that is not in its bucket, which moto ignores."""
    if "S3Bucket" not in code:
        return
    bucket = s3_backends[stack.account]["aws"].buckets.get(code["S3Bucket"])
    if bucket is None or code["S3Key"] not in bucket.keys:
        raise handled("Error occurred while GetObject. S3 Error Code: NoSuchKey.", "InvalidRequest")


class Permission(Handler):
    """Records who may invoke a function."""

    type = "AWS::Lambda::Permission"
    attributes = {"Id": "{}"}

    def do_create(self, stack, resource):
        resource.physical_id = new_id(f"{stack.name}-{resource.logical_id}-")

    def do_delete(self, stack, resource):
        pass


def invoke(account, region, arn, event):
    """Runs a function. Returns the process: its `stdout` has the lines of the function, `returncode` is 0 or 1."""
    return run(lambda_backends[account][region].get_function(arn), event)


def run(function, event):
    """Runs moto's function and returns the completed process, whose `result` is the payload."""
    with tempfile.TemporaryDirectory(prefix="emulated-function-") as folder:
        zipfile.ZipFile(io.BytesIO(function.code_bytes)).extractall(folder)
        result = Path(folder, ".result.json")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            # The clients that Lambda provides.
            "NODE_PATH": str(PROJECT / "node_modules"),
            "AWS_ENDPOINT_URL": endpoint(),
            "AWS_REGION": function.region,
            "AWS_DEFAULT_REGION": function.region,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
            "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": "true",
            **{name: str(value) for name, value in function.environment_vars.items()},
            "EMULATOR_ENDPOINT": endpoint(),
            "EMULATOR_RESULT": str(result),
        }
        completed = subprocess.run(
            [shutil.which("node"), str(RUNNER), folder, function.handler, str(function.timeout)],
            input=json.dumps(event),
            env=environment,
            capture_output=True,
            text=True,
            timeout=int(function.timeout) + START_S,
            check=False,
        )
        completed.result = result.read_text() if result.exists() else "null"
        return completed


def invoke_locally(self, event):
    """Replaces moto's invocation, which needs Docker. Returns the payload, whether it failed, and the log."""
    completed = run(self, event)
    log = completed.stdout + completed.stderr
    if completed.returncode != 0:
        return json.dumps({"errorType": "Error", "errorMessage": completed.stderr}), True, log
    return completed.result, False, log


LambdaFunction._invoke_lambda = invoke_locally
register(Function("AWS::Lambda::Function"))
register(Permission())
