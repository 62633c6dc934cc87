import assert from "node:assert/strict";
import { once } from "node:events";
import test from "node:test";

import * as sqs from "../../node/aws_modules.js";
import { Broker } from "../../node/broker.js";

/// A client of the AWS SDK, told nothing but where to connect.
function clientOf(test, broker, region = "us-east-1") {
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const client = new sqs.SQSClient({ endpoint: broker.url, region, credentials, maxAttempts: 1 });
    test.after(() => client.destroy());
    return client;
}

test("the SDK sends, receives and deletes, and checks the digests itself", async (t) => {
    const client = clientOf(t, await Broker.start(t));
    const { QueueUrl } = await client.send(new sqs.CreateQueueCommand({ QueueName: "orders", tags: { team: "a" } }));
    const attributes = {
        text: { DataType: "String", StringValue: "grüße" },
        bytes: { DataType: "Binary", BinaryValue: new Uint8Array([0, 255, 13]) },
    };

    const sent = await client.send(
        new sqs.SendMessageCommand({ QueueUrl, MessageBody: "<ä> \r\n \u{1f426}", MessageAttributes: attributes }));
    const { Messages } = await client.send(new sqs.ReceiveMessageCommand(
        { QueueUrl, MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All"], WaitTimeSeconds: 5 }));

    assert.equal(Messages.length, 1);
    assert.equal(Messages[0].MessageId, sent.MessageId);
    assert.equal(Messages[0].Body, "<ä> \r\n \u{1f426}");
    assert.deepEqual(Messages[0].MessageAttributes.text.StringValue, "grüße");
    assert.deepEqual([...Messages[0].MessageAttributes.bytes.BinaryValue], [0, 255, 13]);
    assert.equal(Messages[0].Attributes.ApproximateReceiveCount, "1");
    await client.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages[0].ReceiptHandle }));
    const { Attributes } = await client.send(new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
    assert.equal(Attributes.ApproximateNumberOfMessagesNotVisible, "0");
    const empty = await client.send(new sqs.ReceiveMessageCommand({ QueueUrl }));
    assert.equal(empty.Messages, undefined);
});

test("batches tell what succeeded and what failed", async (t) => {
    const client = clientOf(t, await Broker.start(t));
    const { QueueUrl } = await client.send(new sqs.CreateQueueCommand({ QueueName: "q" }));

    const sent = await client.send(new sqs.SendMessageBatchCommand(
        { QueueUrl, Entries: [{ Id: "good", MessageBody: "a" }, { Id: "bad", MessageBody: "\u0001" }] }));

    assert.deepEqual(sent.Successful.map(({ Id }) => Id), ["good"]);
    assert.deepEqual(sent.Failed.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault]),
        [["bad", "InvalidMessageContents", true]]);
});

test("errors are the SDK's own classes", async (t) => {
    const client = clientOf(t, await Broker.start(t));
    const nowhere = new sqs.GetQueueUrlCommand({ QueueName: "nowhere" });

    await assert.rejects(client.send(nowhere), (error) => {
        assert.ok(error instanceof sqs.QueueDoesNotExist, error);
        assert.equal(error.Code, "AWS.SimpleQueueService.NonExistentQueue");
        assert.equal(error.message, "The specified queue does not exist.");
        return true;
    });
    await client.send(new sqs.CreateQueueCommand({ QueueName: "q", Attributes: { DelaySeconds: "1" } }));
    await assert.rejects(client.send(new sqs.CreateQueueCommand({ QueueName: "q", Attributes: { DelaySeconds: "2" } })),
        sqs.QueueNameExists);
});

test("lists are paged, and regions kept apart", async (t) => {
    const broker = await Broker.start(t);
    const client = clientOf(t, broker);
    const names = ["a", "b", "c"];
    for (const QueueName of names) await client.send(new sqs.CreateQueueCommand({ QueueName }));

    const found = [];
    for await (const page of sqs.paginateListQueues({ client, pageSize: 2 }, {})) found.push(...page.QueueUrls);

    assert.deepEqual(found, names.map((name) => `${broker.url}/000000000000/${name}`));
    const elsewhere = await clientOf(t, broker, "eu-west-1").send(new sqs.ListQueuesCommand({}));
    assert.equal(elsewhere.QueueUrls, undefined);
});

test("sqs-consumer consumes", async (t) => {
    const client = clientOf(t, await Broker.start(t));
    const { QueueUrl } = await client.send(new sqs.CreateQueueCommand({ QueueName: "jobs" }));
    const consumer = sqs.Consumer.create(
        { queueUrl: QueueUrl, sqs: client, batchSize: 10, handleMessage: async (message) => message });
    const bodies = [];
    const three = new Promise((done) => {
        consumer.on("message_processed", ({ Body }) => {
            if (bodies.push(Body) === 3) done();
        });
    });
    consumer.start();

    for (const MessageBody of ["1", "2", "3"]) await client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody }));
    await three;

    const stopped = once(consumer, "stopped");
    consumer.stop({ abort: true });
    await stopped;
    assert.deepEqual(bodies.sort(), ["1", "2", "3"]);
    const { Attributes } = await client.send(new sqs.GetQueueAttributesCommand(
        { QueueUrl, AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] }));
    assert.deepEqual(Object.values(Attributes), ["0", "0"]);
});
