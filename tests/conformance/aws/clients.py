"""SQS by its two protocols, with one face: JSON 1.0 as it stands on the wire, and Query by boto3 of Debian 12, the last
one that speaks it. `call` gives the answer's members or raises Refused."""

import base64
import http.client
import json
import re

import boto3
import botocore.config
import botocore.exceptions

REGION = "us-east-1"


class Refused(Exception):
    def __init__(self, code, shape, text, status):
        super().__init__(f"{status} {code} ({shape}): {text}")
        self.code, self.shape, self.text, self.status = code, shape, text, status


def authorization(access_key="test", region=REGION, service="sqs"):
    return f"AWS4-HMAC-SHA256 Credential={access_key}/20260101/{region}/{service}/aws4_request, SignedHeaders=host, Signature=0"


def _encoded(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {key: _encoded(entry) for key, entry in value.items()}
    return [_encoded(entry) for entry in value] if isinstance(value, list) else value


def _decoded(value, name=""):
    if name == "BinaryValue":
        return base64.b64decode(value)
    if isinstance(value, dict):
        return {key: _decoded(entry, key) for key, entry in value.items()}
    return [_decoded(entry) for entry in value] if isinstance(value, list) else value


class Raw:
    """One request after the other on a connection that is kept."""

    def __init__(self, broker):
        self.connection = http.client.HTTPConnection(*broker.address, timeout=60)

    def request(self, method, path, body=None, headers=None):
        self.connection.request(method, path, body, headers or {})
        response = self.connection.getresponse()
        return response.status, response.headers, response.read().decode()


class JsonClient:
    name = "json"

    def __init__(self, broker, region=REGION, access_key="test", path="/"):
        self.raw = Raw(broker)
        self.region, self.access_key, self.path = region, access_key, path

    def call(self, operation, **parameters):
        headers = {"X-Amz-Target": f"AmazonSQS.{operation}", "Content-Type": "application/x-amz-json-1.0",
                   "x-amzn-query-mode": "true", "Authorization": authorization(self.access_key, self.region)}
        status, headers, body = self.raw.request("POST", self.path, json.dumps(_encoded(parameters)), headers)
        assert headers["Content-Type"] == "application/x-amz-json-1.0", headers["Content-Type"]
        assert headers["x-amzn-RequestId"]
        answer = json.loads(body)
        if status == 200:
            return _decoded(answer)
        code, fault = headers["x-amzn-query-error"].split(";")
        assert fault in ("Sender", "Receiver"), fault
        prefix, shape = answer["__type"].split("#")
        coral = shape in ("InvalidParameterValueException", "MissingRequiredParameterException", "SerializationException",
                          "UnknownOperationException", "InvalidAction")
        assert prefix == ("com.amazon.coral.service" if coral else "com.amazonaws.sqs"), answer
        raise Refused(code, shape, answer["message"], status)


class QueryClient:
    name = "query"

    def __init__(self, broker, region=REGION, access_key="test"):
        config = botocore.config.Config(retries={"max_attempts": 0}, parameter_validation=False)
        self.client = boto3.client("sqs", endpoint_url=broker.url, region_name=region, aws_access_key_id=access_key,
                                   aws_secret_access_key="test", config=config)

    def call(self, operation, **parameters):
        method = re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
        try:
            answer = getattr(self.client, method)(**parameters)
        except botocore.exceptions.ClientError as error:
            response = error.response
            raise Refused(response["Error"]["Code"], None, response["Error"]["Message"],
                          response["ResponseMetadata"]["HTTPStatusCode"]) from None
        del answer["ResponseMetadata"]
        return answer


def refused(client, code, text, operation, shape=None, status=None, **parameters):
    """The call must be refused so. The shape is told by JSON only; text None: any."""
    try:
        answer = client.call(operation, **parameters)
    except Refused as refusal:
        assert refusal.code == code, refusal
        assert text is None or refusal.text == text, f"{refusal.text!r} instead of {text!r}"
        assert status is None or refusal.status == status, refusal
        assert shape is None or refusal.shape in (None, shape), refusal
        return refusal
    raise AssertionError(f"{operation} was answered with {answer}")
