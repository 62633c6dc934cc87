"""Items sqs-1 to sqs-14 of docs/aws.md: queues and their attributes."""

import base64
import json
import time

from clients import JsonClient, Raw, refused
from runner import arn_of, attributes, receive


def sqs_01_names(bench, client):
    text = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
    for name in ("", "a" * 81, "no spaces", "no.dots", "späße", "it.fifo"):
        refused(client, "InvalidParameterValue", text, "CreateQueue", "InvalidParameterValueException", 400, QueueName=name)
    for name in ("a" * 76 + ".fifo", "no.dots.fifo", "plain"):
        refused(client, "InvalidParameterValue", None, "CreateQueue", QueueName=name, Attributes={"FifoQueue": "true"})
    url = client.call("CreateQueue", QueueName="A-z_0" + "9" * 75)["QueueUrl"]
    assert url.endswith("/000000000000/A-z_0" + "9" * 75), url
    assert client.call("CreateQueue", QueueName="f" * 75 + ".fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    refused(client, "MissingParameter", "The request must contain the parameter QueueName.", "CreateQueue",
            "MissingRequiredParameterException", 400)


def sqs_02_creation_is_idempotent(bench, client):
    name = bench.name()
    url = client.call("CreateQueue", QueueName=name, Attributes={"DelaySeconds": "5"})["QueueUrl"]
    assert client.call("CreateQueue", QueueName=name)["QueueUrl"] == url
    assert client.call("CreateQueue", QueueName=name, Attributes={"DelaySeconds": "5"}, tags={"a": "b"})["QueueUrl"] == url
    refused(client, "QueueAlreadyExists",
            "A queue already exists with the same name and a different value for attribute DelaySeconds", "CreateQueue",
            "QueueNameExists", 400, QueueName=name, Attributes={"DelaySeconds": "6"})
    fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    client.call("CreateQueue", QueueName=name + ".fifo", Attributes=fifo)
    refused(client, "QueueAlreadyExists",
            "A queue already exists with the same name and a different value for attribute ContentBasedDeduplication",
            "CreateQueue", QueueName=name + ".fifo", Attributes={**fifo, "ContentBasedDeduplication": "false"})


def sqs_03_a_deleted_name_is_free_again(bench, client):
    url = bench.queue(client)
    name = url.rsplit("/", 1)[1]
    client.call("DeleteQueue", QueueUrl=url)
    assert client.call("CreateQueue", QueueName=name)["QueueUrl"] == url


def sqs_03_strict_a_deleted_name_is_free_after_a_minute(bench):
    strict = JsonClient(bench.broker("--delay-after-delete", "--delay-after-purge"))
    url = bench.queue(strict)
    strict.call("DeleteQueue", QueueUrl=url)
    refused(strict, "AWS.SimpleQueueService.QueueDeletedRecently",
            "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
            "CreateQueue", "QueueDeletedRecently", 400, QueueName=url.rsplit("/", 1)[1])


def sqs_04_defaults(bench, client):
    now = time.time()
    url = bench.queue(client)
    found = attributes(client, url)
    for stamp in ("CreatedTimestamp", "LastModifiedTimestamp"):
        assert abs(int(found.pop(stamp)) - now) < 60
    standard = {
        "QueueArn": arn_of(url), "DelaySeconds": "0", "MaximumMessageSize": "1048576", "MessageRetentionPeriod": "345600",
        "ReceiveMessageWaitTimeSeconds": "0", "VisibilityTimeout": "30", "SqsManagedSseEnabled": "true",
        "ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesNotVisible": "0",
        "ApproximateNumberOfMessagesDelayed": "0"}
    assert found == standard, found
    fifo = attributes(client, bench.fifo(client))
    assert fifo.keys() - standard.keys() - {"CreatedTimestamp", "LastModifiedTimestamp"} == {
        "FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"}
    assert (fifo["FifoQueue"], fifo["ContentBasedDeduplication"]) == ("true", "false")
    assert (fifo["DeduplicationScope"], fifo["FifoThroughputLimit"]) == ("queue", "perQueue")


def sqs_05_ranges(bench, client):
    ranges = {"DelaySeconds": (0, 900), "MaximumMessageSize": (1024, 1048576), "MessageRetentionPeriod": (60, 1209600),
              "ReceiveMessageWaitTimeSeconds": (0, 20), "VisibilityTimeout": (0, 43200),
              "KmsDataKeyReusePeriodSeconds": (60, 86400)}
    url = bench.queue(client)
    for name, (least, most) in ranges.items():
        for good in (least, most):
            client.call("SetQueueAttributes", QueueUrl=url, Attributes={name: str(good)})
            if name != "KmsDataKeyReusePeriodSeconds":
                assert attributes(client, url, name) == {name: str(good)}
        for bad in (least - 1, most + 1, "x", ""):
            for operation, where in (("SetQueueAttributes", {"QueueUrl": url}), ("CreateQueue", {"QueueName": bench.name()})):
                refused(client, "InvalidAttributeValue", f"Invalid value for the parameter {name}.", operation,
                        "InvalidAttributeValue", 400, Attributes={name: str(bad)}, **where)


def sqs_06_attributes_of_the_wrong_kind_of_queue(bench, client):
    def cannot_create(text, code, suffix="", **given):
        refused(client, code, text, "CreateQueue", code, 400, QueueName=bench.name(suffix), Attributes=given)

    cannot_create("Unknown Attribute Foo.", "InvalidAttributeName", Foo="1")
    cannot_create("Unknown Attribute QueueArn.", "InvalidAttributeName", QueueArn="x")
    cannot_create("Unknown Attribute FifoQueue.", "InvalidAttributeName", FifoQueue="false")
    cannot_create("Unknown Attribute ContentBasedDeduplication.", "InvalidAttributeName", ContentBasedDeduplication="true")
    for name, value in (("DeduplicationScope", "queue"), ("FifoThroughputLimit", "perQueue")):
        cannot_create(f"You can specify the {name} only when FifoQueue is set to true.", "InvalidAttributeName", **{name: value})
    fixed = "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported."
    cannot_create(fixed, "InvalidAttributeValue", ".fifo", FifoQueue="false")
    refused(client, "InvalidAttributeValue", fixed, "SetQueueAttributes", QueueUrl=bench.fifo(client),
            Attributes={"FifoQueue": "false"})
    refused(client, "InvalidAttributeName", "Unknown Attribute FifoQueue.", "SetQueueAttributes",
            QueueUrl=bench.queue(client), Attributes={"FifoQueue": "true"})


def sqs_07_empty_values_remove(bench, client):
    dead = bench.queue(client)
    url = bench.queue(client)
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    redrive = json.dumps({"deadLetterTargetArn": arn_of(dead), "maxReceiveCount": 3})
    client.call("SetQueueAttributes", QueueUrl=url,
                Attributes={"Policy": policy, "RedrivePolicy": redrive, "KmsMasterKeyId": "alias/own"})
    found = attributes(client, url)
    assert found["Policy"] == policy
    assert json.loads(found["RedrivePolicy"]) == json.loads(redrive)
    assert (found["KmsMasterKeyId"], found["SqsManagedSseEnabled"]) == ("alias/own", "false")
    client.call("SetQueueAttributes", QueueUrl=url, Attributes={"Policy": "", "RedrivePolicy": "", "KmsMasterKeyId": ""})
    assert not attributes(client, url).keys() & {"Policy", "RedrivePolicy", "KmsMasterKeyId"}
    refused(client, "InvalidAttributeName",
            "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.",
            "SetQueueAttributes", QueueUrl=url, Attributes={"KmsMasterKeyId": "a", "SqsManagedSseEnabled": "true"})
    refused(client, "InvalidAttributeValue", "Invalid value for the parameter Policy.", "SetQueueAttributes", QueueUrl=url,
            Attributes={"Policy": "{"})
    long = json.dumps({"Statement": ["x" * 66000]})
    for name in ("Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId"):
        refused(client, "InvalidAttributeValue", f"Invalid value for the parameter {name}.", "SetQueueAttributes",
                QueueUrl=url, Attributes={name: long})


def sqs_08_attributes_that_are_asked_for(bench, client):
    url = bench.queue(client)
    assert client.call("GetQueueAttributes", QueueUrl=url) == {}
    assert attributes(client, url, "DelaySeconds", "QueueArn") == {"DelaySeconds": "0", "QueueArn": arn_of(url)}
    assert len(attributes(client, url, "DelaySeconds", "All")) > 10
    assert client.call("GetQueueAttributes", QueueUrl=url, AttributeNames=["RedrivePolicy"]) == {}
    refused(client, "InvalidAttributeName", "Unknown Attribute Foo.", "GetQueueAttributes", QueueUrl=url, AttributeNames=["Foo"])


def sqs_09_lists(bench, client):
    prefix = f"list-{client.name}-"
    assert client.call("ListQueues", QueueNamePrefix=prefix) == {}
    urls = [client.call("CreateQueue", QueueName=prefix + str(i))["QueueUrl"] for i in range(5)]
    assert client.call("ListQueues", QueueNamePrefix=prefix) == {"QueueUrls": urls}
    pages, token = [], {}
    while True:
        page = client.call("ListQueues", QueueNamePrefix=prefix, MaxResults=2, **token)
        pages.append(page["QueueUrls"])
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert pages == [urls[:2], urls[2:4], urls[4:]], pages
    assert client.call("ListQueues", QueueNamePrefix=prefix, NextToken="ignored")["QueueUrls"] == urls
    for size in (0, 1001):
        refused(client, "InvalidParameterValue", None, "ListQueues", MaxResults=size)
    refused(client, "InvalidParameterValue", None, "ListQueues", MaxResults=2, NextToken="x")


def sqs_10_queues_that_are_not_there(bench, client):
    text = "The specified queue does not exist."
    if client.name == "query":
        text = "The specified queue does not exist for this wsdl version."
    url = bench.queue(client)
    name = url.rsplit("/", 1)[1]
    assert client.call("GetQueueUrl", QueueName=name)["QueueUrl"] == url
    assert client.call("GetQueueUrl", QueueName=name, QueueOwnerAWSAccountId="000000000000")["QueueUrl"] == url
    missing = ("AWS.SimpleQueueService.NonExistentQueue", text)
    refused(client, *missing, "GetQueueUrl", "QueueDoesNotExist", 400, QueueName=name, QueueOwnerAWSAccountId="000000000001")
    client.call("DeleteQueue", QueueUrl=url)
    for operation, more in (("DeleteQueue", {}), ("GetQueueAttributes", {}), ("ReceiveMessage", {}), ("PurgeQueue", {}),
                            ("SendMessage", {"MessageBody": "x"}), ("ListQueueTags", {}),
                            ("DeleteMessage", {"ReceiptHandle": "x"})):
        refused(client, *missing, operation, "QueueDoesNotExist", 400, QueueUrl=url, **more)
    refused(client, *missing, "GetQueueUrl", QueueName=name)
    refused(client, *missing, "PurgeQueue", "QueueDoesNotExist", 400, QueueUrl=url + "x" * 80)


def sqs_10_names_longer_than_any_are_not_there(bench):
    broker = bench.broker()
    client, raw = JsonClient(broker), Raw(broker)
    url = bench.queue(client)
    for length in (81, 300, 511, 600, 2000, 100000):
        name = "x" * length
        arn = "arn:aws:sqs:us-east-1:000000000000:" + name
        for operation, parameter in (("GetQueueUrl", "QueueName"), ("PurgeQueue", "QueueUrl"), ("DeleteQueue", "QueueUrl"),
                                     ("ListDeadLetterSourceQueues", "QueueUrl")):
            refused(client, "AWS.SimpleQueueService.NonExistentQueue", None, operation, **{parameter: name})
        for operation in ("StartMessageMoveTask", "ListMessageMoveTasks"):
            refused(client, "ResourceNotFoundException", None, operation, SourceArn=arn)
        handle = base64.b64encode(json.dumps({"taskId": "x", "sourceArn": arn}).encode()).decode()
        refused(client, "ResourceNotFoundException" if length < 2049 else "InvalidParameterValue", None,
                "CancelMessageMoveTask", TaskHandle=handle)
        redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})}
        refused(client, "InvalidAttributeValue" if length > 65536 else "InvalidParameterValue", None, "SetQueueAttributes",
                QueueUrl=url, Attributes=redrive)
        assert client.call("ListQueues", QueueNamePrefix=name) == {}
        if length < 8000:
            for page in (f"/000000000000/{name}?Action=ReceiveMessage", f"/_aws/sqs/messages?QueueUrl={name}",
                         f"/_aws/sqs/messages/us-east-1/000000000000/{name}"):
                status, _, text = raw.request("GET", page)
                assert status == 400 and "NonExistentQueue" in text, text


def sqs_10_what_else_is_wrong_is_told_of_queues_that_are_there(bench, client):
    url = bench.fifo(client)
    client.call("DeleteQueue", QueueUrl=url)
    entry = {"Id": "a", "ReceiptHandle": "x", "VisibilityTimeout": -1}
    for operation, more in (
            ("SendMessage", {"MessageBody": "x"}), ("SendMessage", {"MessageBody": "x", "DelaySeconds": 901}),
            ("SendMessageBatch", {"Entries": [{"Id": "a", "MessageBody": "x"}]}),
            ("SendMessageBatch", {"Entries": [{"Id": "a", "MessageBody": "x", "MessageGroupId": " "}]}),
            ("ChangeMessageVisibilityBatch", {"Entries": [entry]}),
            ("ReceiveMessage", {"ReceiveRequestAttemptId": " "}), ("SetQueueAttributes", {"Attributes": {"Nope": "1"}})):
        refused(client, "AWS.SimpleQueueService.NonExistentQueue", None, operation, "QueueDoesNotExist", 400, QueueUrl=url,
                **more)


def sqs_11_purge(bench, client):
    url = bench.fifo(client, ContentBasedDeduplication="true")
    for group in "ab":
        client.call("SendMessage", QueueUrl=url, MessageBody="same", MessageGroupId=group, MessageDeduplicationId=group)
    assert receive(client, url)
    client.call("PurgeQueue", QueueUrl=url)
    counts = attributes(client, url, "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    assert set(counts.values()) == {"0"}, counts
    client.call("SendMessage", QueueUrl=url, MessageBody="same", MessageGroupId="a", MessageDeduplicationId="a")
    assert len(receive(client, url)) == 1
    client.call("PurgeQueue", QueueUrl=url)


def sqs_11_strict_one_purge_a_minute(bench):
    strict = JsonClient(bench.broker("--delay-after-delete", "--delay-after-purge"))
    url = bench.queue(strict)
    strict.call("PurgeQueue", QueueUrl=url)
    refused(strict, "AWS.SimpleQueueService.PurgeQueueInProgress",
            f"Only one PurgeQueue operation on {url.rsplit('/', 1)[1]} is allowed every 60 seconds.", "PurgeQueue",
            "PurgeQueueInProgress", 403, QueueUrl=url)


def sqs_12_tags(bench, client):
    url = client.call("CreateQueue", QueueName=bench.name(), tags={"Case": "1"})["QueueUrl"]
    client.call("TagQueue", QueueUrl=url, Tags={"case": "2", "Case": "3", "empty": ""})
    assert client.call("ListQueueTags", QueueUrl=url) == {"Tags": {"Case": "3", "case": "2", "empty": ""}}
    client.call("UntagQueue", QueueUrl=url, TagKeys=["case", "unknown", "Case", "empty"])
    assert client.call("ListQueueTags", QueueUrl=url) == {}
    client.call("TagQueue", QueueUrl=url, Tags={f"k{i}": "v" for i in range(50)})
    too_many = f"Too many tags added for queue {url.rsplit('/', 1)[1]}."
    long_key = "Tag keys must be between 1 and 128 characters in length."
    for bad, text in (({"one more": "v"}, too_many), ({f"n{i}": "v" for i in range(2000)}, too_many),
                      ({"k" * 129: "v"}, long_key), ({"": "v"}, long_key),
                      ({"k1": "v" * 257}, "Tag values must be between 0 and 256 characters in length.")):
        refused(client, "InvalidParameterValue", text, "TagQueue", QueueUrl=url, Tags=bad)
    client.call("TagQueue", QueueUrl=url, Tags={"k1": "ü" * 256})
    refused(client, "InvalidParameterValue", long_key, "CreateQueue", QueueName=bench.name(), tags={"k" * 129: "v"})
    refused(client, "InvalidParameterValue", None, "CreateQueue", QueueName=bench.name(),
            tags={f"n{i}": "v" for i in range(51)})
    refused(client, "InvalidParameterValue", None, "UntagQueue", QueueUrl=url, TagKeys=[f"k{i}" for i in range(51)])
    for more in ({}, {"TagKeys": []}):
        refused(client, "InvalidParameterValue", long_key, "UntagQueue", QueueUrl=url, **more)
    refused(client, "MissingParameter", "The request must contain the parameter Tags.", "TagQueue", QueueUrl=url)
    client.call("UntagQueue", QueueUrl=url, TagKeys=["k0", "x" * 2000])
    assert len(client.call("ListQueueTags", QueueUrl=url)["Tags"]) == 49


def sqs_13_permissions(bench, client):
    url = bench.queue(client)
    arn = arn_of(url)

    def allow(label, actions=("SendMessage",)):
        client.call("AddPermission", QueueUrl=url, Label=label, AWSAccountIds=["111111111111"], Actions=list(actions))

    allow("first")
    allow("second", ["SendMessage", "ReceiveMessage"])
    policy = json.loads(attributes(client, url, "Policy")["Policy"])
    assert (policy["Version"], policy["Id"]) == ("2008-10-17", arn + "/SQSDefaultPolicy")
    assert policy["Statement"][0] == {
        "Sid": "first", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
        "Action": "SQS:SendMessage", "Resource": arn}
    assert policy["Statement"][1]["Action"] == ["SQS:SendMessage", "SQS:ReceiveMessage"]
    refused(client, "InvalidParameterValue", "Value first for parameter Label is invalid. Reason: Already exists.",
            "AddPermission", QueueUrl=url, Label="first", AWSAccountIds=["111111111111"], Actions=["SendMessage"])
    refused(client, "InvalidParameterValue", "Value third for parameter Label is invalid. Reason: can't find label.",
            "RemovePermission", QueueUrl=url, Label="third")
    refused(client, "OverLimit", None, "AddPermission", "OverLimit", 403, QueueUrl=url, Label="many",
            AWSAccountIds=["111111111111"], Actions=[f"Action{i}" for i in range(8)])
    for action, reason in (("Nothing", "Please refer to the appropriate WSDL for a list of valid actions. "),
                           ("DeleteQueue", "Only the queue owner is allowed to invoke this action.")):
        refused(client, "InvalidParameterValue", f"Value SQS:{action} for parameter ActionName is invalid. Reason: {reason}",
                "AddPermission", QueueUrl=url, Label="no", AWSAccountIds=["111111111111"], Actions=["*", action])
    for accounts, shown in ((["somebody"], "[somebody]"), ([], "[]")):
        refused(client, "InvalidParameterValue", f"Value {shown} for parameter PrincipalId is invalid. Reason: Unable to verify.",
                "AddPermission", QueueUrl=url, Label="no", AWSAccountIds=accounts, Actions=["*"])
    refused(client, "MissingParameter", "The request must contain the parameter Actions.", "AddPermission", QueueUrl=url,
            Label="no", AWSAccountIds=["111111111111"], Actions=[])
    refused(client, "OverLimit", None, "AddPermission", "OverLimit", 403, QueueUrl=url, Label="no",
            AWSAccountIds=["111111111111"] * 1001, Actions=["*"])
    client.call("RemovePermission", QueueUrl=url, Label="first")
    client.call("RemovePermission", QueueUrl=url, Label="second")
    assert attributes(client, url, "Policy") == {}


def sqs_14_the_retention_period_holds_for_what_is_there(bench, client):
    url = bench.queue(client)
    client.call("SendMessage", QueueUrl=url, MessageBody="young")
    client.call("SetQueueAttributes", QueueUrl=url, Attributes={"MessageRetentionPeriod": "60"})
    assert attributes(client, url, "MessageRetentionPeriod", "ApproximateNumberOfMessages") == {
        "MessageRetentionPeriod": "60", "ApproximateNumberOfMessages": "1"}
