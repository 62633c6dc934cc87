"""Items sqs-43 to sqs-45 of docs/aws.md, and how requests are told apart and answered."""

import http.client
import json
import re
import urllib.parse
import xml.etree.ElementTree

from broker import Broker
from clients import JsonClient, Raw, refused
from runner import attributes, receive


def _queue_path(bench, raw):
    name = bench.name()
    status, _, _ = raw.request("GET", f"/?Action=CreateQueue&Version=2012-11-05&QueueName={name}")
    assert status == 200
    return f"/000000000000/{name}"


def sqs_43_sender_counts_and_arns(bench):
    broker = bench.broker()
    client = JsonClient(broker, access_key="AKIAEXAMPLE")
    url = bench.queue(client)
    client.call("SendMessage", QueueUrl=url, MessageBody="a")
    client.call("SendMessage", QueueUrl=url, MessageBody="b")
    client.call("SendMessage", QueueUrl=url, MessageBody="c", DelaySeconds=900)
    message, = receive(client, url, AttributeNames=["SenderId"])
    assert message["Attributes"] == {"SenderId": "AKIAEXAMPLE"}
    counts = attributes(client, url, "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible",
                        "ApproximateNumberOfMessagesDelayed")
    assert set(counts.values()) == {"1"} and len(counts) == 3, counts
    for region, partition in (("eu-central-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")):
        there = JsonClient(broker, region=region)
        url = bench.queue(there)
        name = url.rsplit("/", 1)[1]
        assert attributes(there, url, "QueueArn")["QueueArn"] == f"arn:{partition}:sqs:{region}:000000000000:{name}"


def sqs_44_regions_and_accounts(bench):
    broker = bench.broker()
    name = bench.name()
    clients = {}
    for region in ("us-east-1", "eu-west-1"):
        for key in ("test", "111111111111"):
            clients[region, key] = JsonClient(broker, region, key)
    urls = {}
    for (region, key), client in clients.items():
        account = key if key.isdigit() else "000000000000"
        urls[region, key] = client.call("CreateQueue", QueueName=name, tags={"of": f"{region} {account}"})["QueueUrl"]
        path = f"/queue/{region}" if region != "us-east-1" else ""
        assert urls[region, key] == f"{broker.url}{path}/{account}/{name}"
    for place, client in clients.items():
        assert client.call("ListQueues", QueueNamePrefix=name) == {"QueueUrls": [urls[place]]}
        for other, url in urls.items():
            # The account stands in every URL; the region in those of other regions than the first.
            if place[0] == other[0] or other[0] != "us-east-1":
                account = other[1] if other[1].isdigit() else "000000000000"
                assert client.call("ListQueueTags", QueueUrl=url) == {"Tags": {"of": f"{other[0]} {account}"}}


def _looked_at(raw, path):
    """The messages on a page, each with its attributes."""
    status, headers, text = raw.request("GET", path, headers={"Accept": "application/json"})
    assert status == 200 and "json" in headers["Content-Type"], text
    messages = json.loads(text)["ReceiveMessageResponse"]["ReceiveMessageResult"]["Message"]
    messages = messages if isinstance(messages, list) else [messages]
    return [(message, {one["Name"]: one["Value"] for one in message["Attribute"]}) for message in messages]


def sqs_45_a_look_that_changes_nothing(bench):
    broker = bench.broker()
    raw, client = Raw(broker), JsonClient(broker)
    url = bench.queue(client)
    name = url.rsplit("/", 1)[1]
    for body, delay in (("seen", 0), ("shown", 0), ("late", 900)):
        client.call("SendMessage", QueueUrl=url, MessageBody=body, DelaySeconds=delay)
    receive(client, url)
    page = "/_aws/sqs/messages?QueueUrl=" + urllib.parse.quote(url, safe="")
    by_path = f"/_aws/sqs/messages/us-east-1/000000000000/{name}"

    def look(path):
        return [(m["Body"], *(found[name] for name in ("ApproximateReceiveCount", "IsVisible", "IsDelayed")))
                for m, found in _looked_at(raw, path)]

    for _ in range(2):
        assert look(page) == look(by_path) == [("shown", "0", "true", "false")]
    assert look(page + "&ShowInvisible=true&ShowDelayed=true") == [
        ("seen", "1", "false", "false"), ("shown", "0", "true", "false"), ("late", "0", "true", "true")]
    status, headers, text = raw.request("GET", page)
    assert status == 200 and headers["Content-Type"] == "text/xml" and "<Body>shown</Body>" in text
    assert "<Attribute><Name>IsVisible</Name><Value>true</Value></Attribute>" in text
    for wrong, code, error in ((page + "x", 400, "AWS.SimpleQueueService.NonExistentQueue"),
                               ("/_aws/sqs/messages", 400, "AWS.SimpleQueueService.NonExistentQueue"),
                               (by_path.replace("east-1", "east-2"), 400, "AWS.SimpleQueueService.NonExistentQueue"),
                               ("/_aws/sqs/messages?QueueUrl=http%3A%2F%2Fh%2F1%2F2", 404, "InvalidAddress"),
                               (page + "&Action=SendMessage", 400, "InvalidRequest")):
        status, _, text = raw.request("GET", wrong, headers={"Accept": "application/json"})
        assert (status, json.loads(text)["ErrorResponse"]["Error"]["Code"]) == (code, error), text
    for path, word in (("/_localstack/health", '"sqs":"running"'), ("/health", '"status":"ok"')):
        status, _, text = raw.request("GET", path)
        assert status == 200 and word in text, text


def sqs_45_one_element_is_no_list(bench):
    broker = bench.broker()
    raw, client = Raw(broker), JsonClient(broker)
    url = bench.queue(client)
    page = "/_aws/sqs/messages?QueueUrl=" + urllib.parse.quote(url, safe="")
    wants_json = {"Accept": "application/json"}

    def result():
        return json.loads(raw.request("GET", page, headers=wants_json)[2])["ReceiveMessageResponse"]["ReceiveMessageResult"]

    assert result() == {}
    given = {"n": {"DataType": "String", "StringValue": "v"}}
    client.call("SendMessage", QueueUrl=url, MessageBody="one", MessageAttributes=given)
    assert result()["Message"]["MessageAttribute"] == {"Name": "n", "Value": given["n"]}
    client.call("SendMessage", QueueUrl=url, MessageBody="two")
    assert [message["Body"] for message in result()["Message"]] == ["one", "two"]


def sqs_45_what_stands_behind_a_message_in_flight_is_not_shown(bench):
    broker = bench.broker()
    raw, client = Raw(broker), JsonClient(broker)
    url = bench.fifo(client, ContentBasedDeduplication="true")
    for body in ("a1", "a2", "b1"):
        client.call("SendMessage", QueueUrl=url, MessageBody=body, MessageGroupId=body[0])
    receive(client, url)
    page = "/_aws/sqs/messages?QueueUrl=" + urllib.parse.quote(url, safe="")
    assert [message["Body"] for message, _ in _looked_at(raw, page)] == ["b1"]
    shown = [(message["Body"], found["IsVisible"]) for message, found in _looked_at(raw, page + "&ShowInvisible=True")]
    assert shown == [("a1", "false"), ("a2", "true"), ("b1", "true")], shown


def sqs_45_the_page_is_an_endpoint_of_receive_message(bench):
    broker = bench.broker()
    client = JsonClient(broker)
    url = bench.queue(client)
    client.call("SendMessage", QueueUrl=url, MessageBody="seen")
    there = JsonClient(broker, path="/_aws/sqs/messages")
    for _ in range(2):
        message, = receive(there, url)
        assert (message["Body"], message["Attributes"]["ApproximateReceiveCount"]) == ("seen", "0"), message
    refused(there, "AWS.SimpleQueueService.NonExistentQueue", None, "ReceiveMessage", "QueueDoesNotExist", 400,
            QueueUrl=url + "x")
    refused(there, "InvalidRequest", "This endpoint only accepts ReceiveMessage calls", "SendMessage", "InvalidRequest", 400,
            QueueUrl=url, MessageBody="x")
    form = urllib.parse.urlencode({"Action": "ReceiveMessage", "QueueUrl": url})
    status, _, text = there.raw.request("POST", "/_aws/sqs/messages/", form,
                                        {"Content-Type": "application/x-www-form-urlencoded"})
    assert status == 200 and "<Body>seen</Body>" in text, text


def sqs_wire_urls_come_from_the_host_and_all_forms_are_taken(bench):
    broker = bench.broker()
    raw = Raw(broker)
    name = bench.name()
    body = json.dumps({"QueueName": name})

    def create(host):
        _, _, text = raw.request("POST", "/", body, {"X-Amz-Target": "AmazonSQS.CreateQueue", "Host": host})
        return json.loads(text)["QueueUrl"]

    for host in ("localhost:1234", "sqs.example.localhost:1", "localhost.localstack.cloud:4566", "tern", "[::1]:80"):
        assert create(host) == f"http://{host}/000000000000/{name}"
    assert create("http://odd:99/") == f"http://odd:99/000000000000/{name}"
    client = JsonClient(broker, region="eu-west-1")
    for url in (f"http://h/queue/us-east-1/000000000000/{name}", f"https://sqs.us-east-1.h.example:1/000000000000/{name}",
                f"http://us-east-1.queue.h.example/000000000000/{name}"):
        assert client.call("ListQueueTags", QueueUrl=url) == {}
    client = JsonClient(broker)
    for url in (name, f"/000000000000/{name}", f"http://queue.h:1/000000000000/{name}", f"http://h/000000000000/{name}/"):
        assert client.call("ListQueueTags", QueueUrl=url) == {}
    for bad in ("http://h", "http://h/1/2", "/x/y/z"):
        refused(client, "InvalidAddress", f"The address {bad} is not valid for this endpoint.", "ListQueueTags", "InvalidAddress", 404,
                QueueUrl=bad)
    assert JsonClient(broker, path=f"/000000000000/{name}").call("ListQueueTags") == {}


def sqs_wire_query_on_a_queue_url(bench):
    raw = Raw(bench.broker())
    path = _queue_path(bench, raw)
    other = _queue_path(bench, raw)
    for action in ("ListQueues", "CreateQueue", "Nothing"):
        status, _, text = raw.request("GET", f"{path}?Action={action}&Version=2012-11-05")
        assert status == 400 and "<Code>InvalidAction</Code>" in text, text
        assert f"<Message>The action {action} is not valid for this endpoint.</Message>" in text
    for accepted in ("*/*", "application/json"):
        status, _, text = raw.request("GET", path, headers={"Accept": accepted})
        assert (status, text.strip()) == (404, "<UnknownOperationException/>")
    assert "<ReceiveMessageResult/>" in raw.request("GET", path + "?Action=ReceiveMessage")[2]
    status, _, text = raw.request("GET", path + "?Action=SendMessage")
    assert status == 400 and "<Code>MissingParameter</Code>" in text
    assert "The request must contain the parameter MessageBody." in text
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    parameters = urllib.parse.urlencode({"Action": "SendMessage", "MessageBody": "x", "QueueUrl": other})
    assert raw.request("POST", path, parameters, form)[0] == 200
    assert raw.request("POST", path + "?Action=SendMessage", "MessageBody=half+here", form)[0] == 200
    assert "<Message>" not in raw.request("GET", other + "?Action=ReceiveMessage&VisibilityTimeout=0")[2].replace(
        "<Message><MessageId>", "", 1)
    assert "<Body>half here</Body>" in raw.request("GET", path + "?Action=ReceiveMessage")[2]
    # Types of content are told apart in any case; who gives none has posted a form.
    for headers in ({"Content-Type": "Application/X-WWW-Form-urlencoded; charset=UTF-8"}, {}):
        for place in ("/", path):
            parameters = urllib.parse.urlencode({"Action": "SendMessage", "MessageBody": "x", "QueueUrl": other})
            status, _, text = raw.request("POST", place, parameters, headers)
            assert status == 200 and "<SendMessageResult>" in text, text


def sqs_wire_answers_in_xml_can_always_be_parsed(bench):
    raw = Raw(bench.broker())
    path = _queue_path(bench, raw)
    status, _, text = raw.request("GET", path + "?Action=SendMessage&MessageBody=x&MessageGroupId=%01")
    message = xml.etree.ElementTree.fromstring(text).find(".//{*}Message").text
    assert status == 400 and message.startswith("Value \ufffd for parameter MessageGroupId is invalid."), message
    assert raw.request("GET", path + "?Action=TagQueue&Tag.1.Key=%08&Tag.1.Value=%00%3C%EF%BF%BF")[0] == 200
    tag = xml.etree.ElementTree.fromstring(raw.request("GET", path + "?Action=ListQueueTags")[2]).find(".//{*}Tag")
    assert [part.text for part in tag] == ["\ufffd", "\ufffd<\ufffd"]


def sqs_wire_one_element_needs_no_number(bench):
    raw = Raw(bench.broker())
    path = _queue_path(bench, raw)
    # As in the examples of SQS's API reference.
    assert raw.request("GET", path + "?Action=SetQueueAttributes&Attribute.Name=DelaySeconds&Attribute.Value=45")[0] == 200
    text = raw.request("GET", path + "?Action=GetQueueAttributes&AttributeName=DelaySeconds")[2]
    assert "<Attribute><Name>DelaySeconds</Name><Value>45</Value></Attribute>" in text, text


def sqs_wire_only_get_and_post_do_anything(bench):
    raw = Raw(bench.broker())
    path = _queue_path(bench, raw)
    target = {"X-Amz-Target": "AmazonSQS.SendMessage", "Content-Type": "application/x-amz-json-1.0"}
    for method in ("HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"):
        assert raw.request(method, path + "?Action=SendMessage&MessageBody=x")[0] == 404, method
        body = json.dumps({"QueueUrl": path, "MessageBody": "x"})
        assert raw.request(method, "/", body, target)[0] == 404, method
    assert "<Message>" not in raw.request("GET", path + "?Action=ReceiveMessage")[2]


def sqs_wire_query_answers(bench):
    raw = Raw(bench.broker())
    path = _queue_path(bench, raw)
    xmlns = ' xmlns="http://queue.amazonaws.com/doc/2012-11-05/"'
    status, headers, text = raw.request("GET", path + "?Action=GetQueueAttributes&AttributeName.1=DelaySeconds")
    request = headers["x-amzn-RequestId"]
    assert headers["Content-Type"] == "text/xml"
    assert text == ('<?xml version="1.0"?><GetQueueAttributesResponse' + xmlns + "><GetQueueAttributesResult><Attribute>"
                    "<Name>DelaySeconds</Name><Value>0</Value></Attribute></GetQueueAttributesResult><ResponseMetadata>"
                    f"<RequestId>{request}</RequestId></ResponseMetadata></GetQueueAttributesResponse>"), text
    status, headers, text = raw.request("GET", path + "?Action=DeleteMessage&ReceiptHandle=%3Cx%3E")
    request = headers["x-amzn-RequestId"]
    assert status == 400 and text == (
        '<?xml version="1.0"?><ErrorResponse' + xmlns + "><Error><Type>Sender</Type><Code>ReceiptHandleIsInvalid</Code>"
        "<Message>The input receipt handle &quot;&lt;x&gt;&quot; is not a valid receipt handle.</Message><Detail/></Error>"
        f"<RequestId>{request}</RequestId></ErrorResponse>"), text
    wants_json = {"Accept": "application/json"}
    _, headers, text = raw.request("GET", path + "?Action=GetQueueAttributes&AttributeName.1=DelaySeconds",
                                   headers=wants_json)
    assert headers["Content-Type"] == "application/json"
    assert json.loads(text)["GetQueueAttributesResponse"]["GetQueueAttributesResult"] == {
        "Attributes": [{"Name": "DelaySeconds", "Value": "0"}]}
    result = {}
    for query in ("SendMessage&MessageBody=x", "ReceiveMessage", "ReceiveMessage", "ListQueues"):
        place = "/" if query == "ListQueues" else path
        _, _, text = raw.request("GET", f"{place}?Version=2012-11-05&Action={query}", headers=wants_json)
        (name, contents), = json.loads(text).items()
        result[query] = [*result.get(query, []), contents[name.replace("Response", "Result")]]
    sent, = result["SendMessage&MessageBody=x"]
    assert sent == {"MD5OfMessageBody": "9dd4e461268c8034f5c8564e155c67a6", "MessageId": sent["MessageId"],
                    "MD5OfMessageAttributes": None, "MD5OfMessageSystemAttributes": None, "SequenceNumber": None}
    (message,), none = [received["messages"] for received in result["ReceiveMessage"]]
    assert none is None and (message["Body"], message["Attributes"]) == ("x", None), message
    assert any(url.endswith(path) for url in result["ListQueues"][0]["queueUrls"])
    _, _, text = raw.request("GET", path + "?Action=Nothing", headers=wants_json)
    assert json.loads(text)["Error"]["Code"] == "InvalidAction"


def sqs_wire_json_that_is_none(bench):
    raw = Raw(bench.broker())

    def ask(body, operation="ListQueues"):
        status, headers, text = raw.request("POST", "/", body, {"X-Amz-Target": "AmazonSQS." + operation})
        assert "x-amzn-query-error" in headers or status == 200
        return status, json.loads(text).get("__type", "").split("#")[-1]

    assert ask("") == ask("{}") == ask('{"MaxResults":null,"Unknown":[1]}') == (200, "")
    deep = '{"a":' * 1000 + "1" + "}" * 1000
    many = json.dumps({"a": [[]] * 500000})
    for bad in ("{", "[]", '"x"', '{"MaxResults":"1"}', '{"QueueNamePrefix":1}', "{}x", "\xff", deep, many):
        assert ask(bad.encode("latin-1")) == (400, "SerializationException"), bad[:50]
    assert ask("{}", "Nothing") == (404, "UnknownOperationException")
    # Without a target nothing is asked.
    for type_of in ("application/x-amz-json-1.0", "application/x-amz-json-1.1"):
        status, headers, text = raw.request("POST", "/", "{}", {"Content-Type": type_of})
        assert (status, headers["Content-Type"]) == (404, "application/x-amz-json-1.0"), text
        assert json.loads(text)["__type"].endswith("#UnknownOperationException")
    status, _, text = raw.request("POST", "/", "{}", {"Content-Type": "application/json"})
    assert (status, text.strip()) == (404, "<UnknownOperationException/>")
    status, _, text = raw.request("GET", "/?Action=ListQueues&Version=2012-11-05&MaxResults=x")
    assert status == 400 and "MalformedQueryString" in text
    for bad in ("%", "%zz", "a=%ff", "&".join(f"n{i}=1" for i in range(10001))):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _, text = raw.request("POST", "/?Action=ListQueues", bad, form)
        assert status == 400 and "MalformedQueryString" in text, bad[:20]


def sqs_wire_bodies_up_to_a_limit(bench):
    raw = Raw(bench.broker())
    headers = {"X-Amz-Target": "AmazonSQS.ListQueues"}
    assert raw.request("POST", "/", "{}" + " " * ((8 << 20) - 2), headers)[0] == 200
    peer = http.client.HTTPConnection(*bench.broker().address)
    peer.putrequest("POST", "/")
    peer.putheader("X-Amz-Target", "AmazonSQS.ListQueues")
    peer.putheader("Content-Length", str((8 << 20) + 1))
    peer.endheaders()
    assert peer.getresponse().status == 413
    peer.close()


def sqs_wire_no_page_of_the_web_gets_in(bench):
    broker = bench.broker("--http-allowed-hosts", "sqs.example.org,*.internal.example", "--http-allowed-origins",
                          "https://app.example")
    raw = Raw(broker)

    def status(**headers):
        return raw.request("GET", "/?Action=ListQueues&Version=2012-11-05", headers=headers)[0]

    for host in ("attacker.example", "localhost.attacker.example", "amazonaws.com.attacker.example", "internal.example"):
        assert status(Host=host) == 403, host
    for host in ("sqs.us-east-1.amazonaws.com", "sqs.eu.localhost.localstack.cloud", "host.docker.internal:4566", "10.1.2.3",
                 "broker", "sqs.example.org", "a.internal.example"):
        assert status(Host=host) == 200, host
    assert status(Origin="https://attacker.example") == 403
    assert status(Origin="null") == 403
    assert status(Origin="https://app.example") == 200
    assert Raw(bench.broker("--allow-insecure")).request("GET", "/?Action=ListQueues", headers={"Host": "any.example"})[0] == 200


def sqs_wire_expect_100_continue(bench):
    status, _, _ = Raw(bench.broker()).request("POST", "/", "{}", {"X-Amz-Target": "AmazonSQS.ListQueues",
                                                                  "Expect": "100-continue"})
    assert status == 200


def sqs_wire_other_settings(bench):
    broker = bench.broker("--aws-account", "123456789012", "--aws-region", "eu-west-1", "--sqs-batch-entries-max", "2",
                          "--sqs-message-bytes-max", "2KiB", "--sqs-batch-bytes-max", "3KiB")
    client = JsonClient(broker, region="eu-west-1")
    url = bench.queue(client)
    assert re.fullmatch(r"http://[^/]+/123456789012/queue-\d+", url), url
    assert attributes(client, url, "QueueArn")["QueueArn"].startswith("arn:aws:sqs:eu-west-1:123456789012:")
    refused(client, "InvalidParameterValue",
            "One or more parameters are invalid. Reason: Message must be shorter than 2048 bytes.", "SendMessage",
            QueueUrl=url, MessageBody="x" * 2049)

    def batch(*sizes):
        return {"QueueUrl": url, "Entries": [{"Id": str(i), "MessageBody": "x" * size} for i, size in enumerate(sizes)]}

    refused(client, "AWS.SimpleQueueService.BatchRequestTooLong",
            "Batch requests cannot be longer than 3072 bytes. You have sent 3073 bytes.", "SendMessageBatch",
            **batch(2048, 1025))
    refused(client, "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            "Maximum number of entries per request are 2. You have sent 3.", "SendMessageBatch", **batch(1, 1, 1))


def sqs_wire_acknowledged_is_on_disk(bench):
    broker = Broker()
    try:
        client = JsonClient(broker)
        url = bench.queue(client)
        sent = client.call("SendMessage", QueueUrl=url, MessageBody="kept")
        broker.kill()
        broker.start()
        message, = receive(JsonClient(broker), url)
        assert message["MessageId"] == sent["MessageId"]
    finally:
        broker.end()
