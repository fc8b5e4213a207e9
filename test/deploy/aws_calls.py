"""Calls AWS through boto3, which moto depends on, for services without a Node client in this project.

Reads a JSON array of calls from standard input, each `[service, operation, parameters]`, and writes
the array of their responses. The endpoint is configured in the environment.
"""

import json
import sys

import boto3


def call_aws(service, operation, parameters):
    response = getattr(boto3.client(service), operation)(**parameters)
    response.pop("ResponseMetadata")
    return response


json.dump([call_aws(*call) for call in json.load(sys.stdin)], sys.stdout, default=str)
