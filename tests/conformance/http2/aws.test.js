import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http2 from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import * as sqs from "../../node/aws_modules.js";
import { Broker } from "../../node/broker.js";

/// A session that is closed after the test.
async function open(test, broker) {
    const session = http2.connect(broker.url);
    session.on("error", () => {});
    test.after(() => session.destroy());
    await once(session, "connect");
    return session;
}

/// One call in the JSON protocol; the stream, and its answer to come.
function call(session, operation, parameters) {
    const stream = session.request({
        ":method": "POST", ":path": "/", "x-amz-target": `AmazonSQS.${operation}`, "content-type": "application/x-amz-json-1.0" });
    const answer = new Promise((resolve, reject) => {
        let text = "";
        stream.setEncoding("utf8");
        stream.on("data", (data) => (text += data));
        stream.on("error", reject);
        stream.on("end", () => resolve(text ? JSON.parse(text) : {}));
    });
    answer.catch(() => {});
    stream.end(JSON.stringify(parameters));
    return { stream, answer };
}

test("SQS over HTTP/2", async (suite) => {
    const broker = await Broker.start(suite);

    await suite.test("the SDK for JavaScript, with its HTTP/2 handler", async (test) => {
        const credentials = { accessKeyId: "test", secretAccessKey: "test" };
        const requestHandler = new sqs.NodeHttp2Handler();
        const client = new sqs.SQSClient({ endpoint: broker.url, region: "us-east-1", credentials, maxAttempts: 1, requestHandler });
        test.after(() => client.destroy());
        const { QueueUrl } = await client.send(new sqs.CreateQueueCommand({ QueueName: "sdk" }));
        assert.equal(QueueUrl, `${broker.url}/000000000000/sdk`);
        await client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: "grüße" }));
        const { Messages } = await client.send(new sqs.ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
        assert.equal(Messages[0].Body, "grüße");
        await assert.rejects(client.send(new sqs.GetQueueUrlCommand({ QueueName: "nobody" })), { name: "QueueDoesNotExist" });
    });

    await suite.test("a hundred long polls wait on one connection, and each gets its message", async (test) => {
        const session = await open(test, broker);
        const QueueUrl = (await call(session, "CreateQueue", { QueueName: "polls" }).answer).QueueUrl;
        const polls = Array.from({ length: 99 }, () => call(session, "ReceiveMessage", { QueueUrl, WaitTimeSeconds: 20 }).answer);
        const sender = await open(test, broker);
        await Promise.all(Array.from({ length: 99 }, (_, i) => call(sender, "SendMessage", { QueueUrl, MessageBody: `${i}` }).answer));
        const bodies = (await Promise.all(polls)).map(({ Messages }) => Messages[0].Body);
        assert.equal(new Set(bodies).size, 99);
    });

    await suite.test("a long poll that is given up takes no message", async (test) => {
        const session = await open(test, broker);
        const QueueUrl = (await call(session, "CreateQueue", { QueueName: "given-up" }).answer).QueueUrl;
        for (const give_up of ["the stream", "the connection"]) {
            const other = await open(test, broker);
            const { stream } = call(other, "ReceiveMessage", { QueueUrl, WaitTimeSeconds: 20 });
            // Whatever is asked behind it on this connection is answered after it was taken.
            await call(other, "ListQueues", {}).answer;
            stream.on("error", () => {});
            if (give_up === "the stream") {
                stream.close(http2.constants.NGHTTP2_CANCEL);
                await once(stream, "close");
                await call(other, "ListQueues", {}).answer;
            } else {
                const closed = once(other, "close");
                other.destroy();
                await closed;
            }
            await call(session, "SendMessage", { QueueUrl, MessageBody: give_up }).answer;
            const { Messages } = await call(session, "ReceiveMessage", { QueueUrl, WaitTimeSeconds: 10 }).answer;
            assert.equal(Messages[0].Body, give_up);
        }
    });
});

test("with access keys, what the SDK for JavaScript signs over either protocol is let in", async (suite) => {
    const folder = mkdtempSync(join(tmpdir(), "tern-keys-"));
    suite.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "tern.toml"), '[[aws_access_keys]]\nid = "KEY"\nsecret = "the secret"\n');
    const broker = await Broker.start(suite, ["--config", join(folder, "tern.toml")]);
    const clientWith = (secretAccessKey, requestHandler) => {
        const client = new sqs.SQSClient({
            endpoint: broker.url, region: "us-east-1", credentials: { accessKeyId: "KEY", secretAccessKey }, maxAttempts: 1, requestHandler });
        suite.after(() => client.destroy());
        return client;
    };
    for (const handler of [() => undefined, () => new sqs.NodeHttp2Handler()]) {
        const client = clientWith("the secret", handler());
        const { QueueUrl } = await client.send(new sqs.CreateQueueCommand({ QueueName: "signed" }));
        await client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: "x" }));
        await assert.rejects(clientWith("another", handler()).send(new sqs.CreateQueueCommand({ QueueName: "forged" })), (error) => {
            assert.equal(error.$metadata.httpStatusCode, 403);
            return true;
        });
    }
});
