"""Items sns-29 and sns-30 of docs/aws.md: what is kept and never sent, and the developer's pages."""

import http.client
import json
import urllib.parse

from sns_bench import ACCOUNT, REGION, refused, text_of


def application(bench, platform="GCM", **attributes):
    principal = {} if platform == "GCM" else {"PlatformPrincipal": "who"}
    return bench.sns.create_platform_application(Name=bench.name(".app"), Platform=platform,
                                                 Attributes={"PlatformCredential": "secret", **principal, **attributes})[
        "PlatformApplicationArn"]


def delete(bench, path):
    connection = http.client.HTTPConnection(*bench.process.address, timeout=20)
    connection.request("DELETE", path)
    response = connection.getresponse()
    assert response.status != 204 or response.getheader("Content-Length") is None
    connection.close()
    return response.status


def sns_29_platform_applications(bench):
    arn = application(bench)
    assert arn.startswith(f"arn:aws:sns:{REGION}:{ACCOUNT}:app/GCM/"), arn
    bench.sns.set_platform_application_attributes(PlatformApplicationArn=arn, Attributes={"EventDeliveryFailure": "x"})
    found = bench.sns.get_platform_application_attributes(PlatformApplicationArn=arn)["Attributes"]
    assert found == {"Enabled": "true", "EventDeliveryFailure": "x"}, found
    listed = bench.sns.list_platform_applications()["PlatformApplications"]
    assert {"PlatformApplicationArn": arn, "Attributes": found} in listed, listed
    create = bench.sns.create_platform_application
    refused("InvalidParameter", "Invalid parameter: Platform Reason: AAA is not supported", create, Name="n", Platform="AAA",
            Attributes={})
    refused("InvalidParameter", "Invalid parameter:  Reason: cannot be empty", create, Name="", Platform="GCM", Attributes={})
    refused("InvalidParameter", f"Invalid parameter: {'a' * 257} Reason: must be at most 256 characters long", create,
            Name="a" * 257, Platform="GCM", Attributes={})
    refused("InvalidParameter", "Invalid parameter: @name Reason: must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', "
            "'_', '-', and '.'", create, Name="@name", Platform="GCM", Attributes={})
    refused("InvalidParameter", "Invalid parameter: Attributes Reason: Invalid attribute name: InvalidKey", create, Name="n",
            Platform="GCM", Attributes={"InvalidKey": "x"})
    bench.sns.delete_platform_application(PlatformApplicationArn=arn)
    refused("NotFound", "PlatformApplication does not exist", bench.sns.get_platform_application_attributes, 404,
            PlatformApplicationArn=arn)
    refused("InvalidParameter", "Invalid parameter: PlatformApplicationArn Reason: An ARN must have at least 6 elements, "
            "not 1", bench.sns.get_platform_application_attributes, PlatformApplicationArn="x")


def sns_29_credentials_of_applications(bench):
    """Google's have a credential, all others a principal, too."""
    create = lambda platform, **attributes: bench.sns.create_platform_application(
        Name=bench.name(".app"), Platform=platform, Attributes=attributes)["PlatformApplicationArn"]
    change = bench.sns.set_platform_application_attributes
    no_attributes = ("1 validation error detected: Value null at 'attributes' failed to satisfy constraint: Member must not "
                     "be null")
    for platform in ("ADM", "APNS", "APNS_SANDBOX", "BAIDU", "WNS"):
        arn = create(platform, PlatformCredential="c", PlatformPrincipal="p")
        for given, other in (("Credential", "Principal"), ("Principal", "Credential")):
            text = f"Invalid parameter: Attributes Reason: Platform{given} attribute provided without Platform{other}"
            one = {f"Platform{given}": "x"}
            refused("InvalidParameter", text, create, platform=platform, **one)
            refused("InvalidParameter", text, change, PlatformApplicationArn=arn, Attributes=one)
        refused("ValidationError", no_attributes, create, platform=platform)
        refused("ValidationError", no_attributes, change, PlatformApplicationArn=arn)
    for platform in ("GCM", "FCM"):
        arn = create(platform, PlatformCredential="c")
        change(PlatformApplicationArn=arn, Attributes={"PlatformCredential": "d"})


def sns_29_attributes_of_applications(bench):
    given = {"PlatformCredential": "c", "SuccessFeedbackSampleRate": "100"}
    name = bench.name(".app")
    create = lambda **attributes: bench.sns.create_platform_application(Name=name, Platform="GCM", Attributes=attributes)[
        "PlatformApplicationArn"]
    arn = create(**given)
    assert create(**given) == arn
    refused("InvalidParameter", "Invalid parameter: Name Reason: An application with the same name but different properties "
            "already exists", create, **given, FailureFeedbackRoleArn="r")
    for rate in ("101", "-1", "5x"):
        refused("InvalidParameter", "Invalid parameter: Attributes Reason: Invalid value for attribute: "
                f"SuccessFeedbackSampleRate: {rate} value provided is not an integer between 0-100",
                bench.sns.set_platform_application_attributes, PlatformApplicationArn=arn,
                Attributes={"SuccessFeedbackSampleRate": rate})


def sns_29_endpoints_are_found_by_token(bench):
    """By the same token comes the same endpoint, if user data and state are the same, too."""
    app = application(bench)
    create = lambda token="t", **more: bench.sns.create_platform_endpoint(PlatformApplicationArn=app, Token=token, **more)[
        "EndpointArn"]
    told = lambda arn: bench.sns.get_endpoint_attributes(EndpointArn=arn)["Attributes"]
    plain = create()
    assert create() == create(Attributes={"Enabled": "true"}) == plain and told(plain) == {"Token": "t", "Enabled": "true"}
    arn = create("u", CustomUserData="mine")
    assert create("u", CustomUserData="mine") == create("u", Attributes={"CustomUserData": "mine"}) == arn
    for token, existing, more in (("u", arn, {}), ("u", arn, {"CustomUserData": "other"}), ("t", plain, {"CustomUserData": "x"}),
                                  ("t", plain, {"Attributes": {"Enabled": "false"}})):
        refused("InvalidParameter", f"Invalid parameter: Token Reason: Endpoint {existing} already exists with the same "
                "Token, but different attributes.", create, token=token, **more)
    assert told(create("v", CustomUserData="less", Attributes={"CustomUserData": "more"}))["CustomUserData"] == "more"
    refused("InvalidParameter", "Invalid parameter: Token Reason: cannot be empty", create, token="")
    refused("InvalidParameter", "Invalid parameter: Attributes Reason: Invalid value for attribute: Token: cannot be empty",
            create, Attributes={"Token": ""})
    refused("ValidationError", "1 validation error detected: Value null at 'attributes' failed to satisfy constraint: Member "
            "must not be null", bench.sns.set_endpoint_attributes, EndpointArn=arn)


def sns_29_platform_endpoints(bench):
    app = application(bench)
    create = lambda **more: bench.sns.create_platform_endpoint(PlatformApplicationArn=app, Token="t", **more)["EndpointArn"]
    arn = create(CustomUserData="mine")
    assert create(CustomUserData="mine") == arn
    refused("InvalidParameter", "Invalid parameter: Attributes Reason: Invalid value for attribute: CustomUserData: must be "
            "at most 2048 bytes long in UTF-8 encoding", create, CustomUserData="ä" * 1025)
    told = lambda: bench.sns.get_endpoint_attributes(EndpointArn=arn)["Attributes"]
    assert told() == {"Token": "t", "Enabled": "true", "CustomUserData": "mine"}, told()
    bench.sns.set_endpoint_attributes(EndpointArn=arn, Attributes={"Enabled": "false"})
    (listed,) = bench.sns.list_endpoints_by_platform_application(PlatformApplicationArn=app)["Endpoints"]
    assert listed == {"EndpointArn": arn, "Attributes": told()} and told()["Enabled"] == "false", listed
    refused("EndpointDisabled", "Endpoint is disabled", bench.sns.publish, TargetArn=arn, Message="x")
    refused("EndpointDisabled", "Endpoint is disabled", bench.sns.publish, TargetArn=arn, MessageStructure="json",
            Message='{"GCM":"no default"}')
    for _ in range(2):
        bench.sns.delete_endpoint(EndpointArn=arn)
    refused("NotFound", "Endpoint does not exist", bench.sns.get_endpoint_attributes, 404, EndpointArn=arn)


def sns_29_sms_settings(bench):
    set_attributes = bench.sns.set_sms_attributes
    # The limit that everybody has is told though nobody set it.
    limit = {"MonthlySpendLimit": "1"}
    assert bench.client("sns", "eu-west-1").get_sms_attributes()["attributes"] == limit
    given = {"DefaultSMSType": "Transactional", "DefaultSenderID": "Tern"}
    set_attributes(attributes=given)
    assert bench.sns.get_sms_attributes()["attributes"] == {**limit, **given}
    set_attributes(attributes={"MonthlySpendLimit": "5"})
    assert bench.sns.get_sms_attributes()["attributes"] == {"MonthlySpendLimit": "5", **given}
    for sender in ("twelveletter", "12345", "a b"):
        refused("InvalidParameter", "DefaultSenderID is invalid", set_attributes, attributes={"DefaultSenderID": sender})
    assert bench.sns.get_sms_attributes(attributes=["DefaultSenderID"])["attributes"] == {"DefaultSenderID": "Tern"}
    refused("InvalidParameter", "DefaultSMSType is invalid", set_attributes, attributes={"DefaultSMSType": "x"})
    set_attributes(attributes={name: "" for name in ("MonthlySpendLimit", "DefaultSMSType")})
    assert bench.sns.get_sms_attributes()["attributes"] == {**limit, "DefaultSenderID": "Tern"}
    refused("InvalidParameter", "DefaultSendID is not a valid attribute", set_attributes, attributes={"DefaultSendID": "x"})
    assert bench.sns.check_if_phone_number_is_opted_out(phoneNumber="+15551234567")["isOptedOut"] is False
    assert bench.sns.list_phone_numbers_opted_out()["phoneNumbers"] == []
    bench.sns.opt_in_phone_number(phoneNumber="+15551234567")
    refused("InvalidParameter", "Invalid parameter: PhoneNumber Reason: input incorrectly formatted",
            bench.sns.check_if_phone_number_is_opted_out, phoneNumber="no number")


def sns_29_what_there_is_not(bench):
    for action in ("GetSMSSandboxAccountStatus", "ListOriginationNumbers", "NoSuchAction"):
        status, answer = bench.query(action)
        assert (status, text_of(answer, "Error/Code")) == (400, "InvalidAction")


def sns_30_tokens(bench):
    topic = bench.topic()
    subscription = bench.sns.subscribe(TopicArn=topic, Protocol="https", Endpoint="https://example.org/",
                                       ReturnSubscriptionArn=True)["SubscriptionArn"]
    assert bench.token_of(subscription)
    assert bench.get("/_aws/sns/subscription-tokens/" + subscription[:-1] + "x")[0] == 404
    assert bench.get("/_aws/sns/subscription-tokens/nonsense")[0] == 400


def sns_30_text_messages(bench):
    bench.sns.publish(PhoneNumber="+15550001", Message="direct", Subject="Alone")
    topic = bench.topic()
    bench.sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint="+15550002")
    bench.sns.publish(TopicArn=topic, Message="by topic", Subject="News")
    found = json.loads(bench.get("/_aws/sns/sms-messages")[1])
    assert found["region"] == REGION
    (first,) = found["sms_messages"]["+15550001"]
    assert first == {"PhoneNumber": "+15550001", "TopicArn": None, "SubscriptionArn": None, "Message": "direct",
                     "MessageId": first["MessageId"], "MessageAttributes": {}, "MessageStructure": None, "Subject": "Alone"}
    (second,) = found["sms_messages"]["+15550002"]
    assert (second["Message"], second["TopicArn"], second["Subject"]) == ("by topic", topic, "News"), second
    one = json.loads(bench.get("/_aws/sns/sms-messages?phoneNumber=" + urllib.parse.quote("+15550001"))[1])["sms_messages"]
    assert list(one) == ["+15550001"] and len(one["+15550001"]) == 1, one


def sns_30_deletion_of_text_messages(bench):
    page = "/_aws/sns/sms-messages"
    shown = lambda: {number: [one["Message"] for one in messages] for number, messages in
                     json.loads(bench.get(page)[1])["sms_messages"].items()}
    assert delete(bench, page + "?phoneNumber=%2B15550009") == 204
    topic = bench.topic()
    bench.sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint="+15550011")
    bench.sns.publish(TopicArn=topic, Message="by topic")
    for number in ("+15550011", "+15550012"):
        bench.sns.publish(PhoneNumber=number, Message="direct")
    assert delete(bench, page + "?phoneNumber=%2B15550011") == 204
    assert "+15550011" not in shown() and shown()["+15550012"] == ["direct"], shown()
    # Nothing of after the answer is hidden, however soon it comes.
    for number in range(5):
        assert delete(bench, page) == 204 and shown() == {}, shown()
        bench.sns.publish(TopicArn=topic, Message=f"next {number}")
        bench.sns.publish(PhoneNumber="+15550012", Message=f"next {number}")
        assert shown() == {"+15550011": [f"next {number}"], "+15550012": [f"next {number}"]}, shown()
    assert delete(bench, "/_aws/sns/subscription-tokens/" + topic) == 405


def sns_30_deletion_of_platform_messages(bench):
    page = "/_aws/sns/platform-endpoint-messages"
    elsewhere = bench.client("sns", "eu-west-1")
    arns = []
    for sns in (bench.sns, elsewhere):
        app = sns.create_platform_application(Name=bench.name(), Platform="GCM",
                                              Attributes={"PlatformCredential": "secret"})["PlatformApplicationArn"]
        arns.append(sns.create_platform_endpoint(PlatformApplicationArn=app, Token="t")["EndpointArn"])
        sns.publish(TargetArn=arns[-1], Message="direct")
    here, there = (page + "?endpointArn=" + urllib.parse.quote(arn) for arn in arns)
    told = json.loads(bench.get(there)[1])
    assert told["region"] == "eu-west-1" and len(told["platform_endpoint_messages"][arns[1]]) == 1, told
    assert delete(bench, here) == 204
    assert json.loads(bench.get(here)[1])["platform_endpoint_messages"] == {arns[0]: []}
    assert len(json.loads(bench.get(there)[1])["platform_endpoint_messages"][arns[1]]) == 1
    assert delete(bench, page + "?region=eu-west-1") == 204
    assert json.loads(bench.get(there)[1])["platform_endpoint_messages"] == {arns[1]: []}


def sns_30_platform_messages(bench):
    app = application(bench)
    arn = bench.sns.create_platform_endpoint(PlatformApplicationArn=app, Token="t")["EndpointArn"]
    other = bench.sns.create_platform_endpoint(PlatformApplicationArn=app, Token="u")["EndpointArn"]
    bench.sns.publish(TargetArn=arn, Message="direct", MessageAttributes={"a": {"DataType": "String", "StringValue": "v"}})
    topic = bench.topic()
    bench.sns.subscribe(TopicArn=topic, Protocol="application", Endpoint=other)
    bench.sns.publish(TopicArn=topic, Message="by topic")
    found = json.loads(bench.get("/_aws/sns/platform-endpoint-messages")[1])["platform_endpoint_messages"]
    (first,) = found[arn]
    assert first["Message"] == "direct" and first["MessageAttributes"] == {"a": {"DataType": "String", "StringValue": "v"}}
    assert [one["Message"] for one in found[other]] == ["by topic"], found[other]


def sns_30_messages_of_a_platform(bench):
    arns = {platform: bench.sns.create_platform_endpoint(PlatformApplicationArn=application(bench, platform), Token="t")[
        "EndpointArn"] for platform in ("APNS", "GCM")}
    topic = bench.topic()
    for arn in arns.values():
        bench.sns.subscribe(TopicArn=topic, Protocol="application", Endpoint=arn)
    bodies = {"default": "for all", "APNS": "for Apple", "GCM": "for Google"}
    publish = lambda bodies, **target: bench.sns.publish(Message=json.dumps(bodies), MessageStructure="json", **target)
    publish(bodies, TopicArn=topic)
    publish({"default": "for all"}, TopicArn=topic)
    publish({"APNS": "alone"}, TargetArn=arns["APNS"])
    publish(bodies, TargetArn=arns["GCM"])
    refused("InvalidParameter", "Invalid parameter: Message Structure - No default entry in JSON message body", publish,
            bodies={"APNS": "not for this one"}, TargetArn=arns["GCM"])
    found = json.loads(bench.get("/_aws/sns/platform-endpoint-messages")[1])["platform_endpoint_messages"]
    # As LocalStack tells it: what was given as JSON by platform is a text of JSON.
    assert all(one["MessageStructure"] == "json" for arn in arns.values() for one in found[arn]), found
    told = {platform: sorted(json.loads(one["Message"]) for one in found[arn]) for platform, arn in arns.items()}
    assert told == {"APNS": ["alone", "for Apple", "for all"], "GCM": ["for Google", "for Google", "for all"]}, told
