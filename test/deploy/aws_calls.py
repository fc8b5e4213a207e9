"""Calls AWS by boto3, which moto brings along, for the services whose client Node does not have here.

Reads a JSON array of calls from standard input, each `[service, operation, parameters]`, and writes
the array of their answers. Where AWS is comes from the environment.
"""

import json
import sys

import boto3


def answer(service, operation, parameters):
    response = getattr(boto3.client(service), operation)(**parameters)
    response.pop("ResponseMetadata")
    return response


json.dump([answer(*call) for call in json.load(sys.stdin)], sys.stdout, default=str)
