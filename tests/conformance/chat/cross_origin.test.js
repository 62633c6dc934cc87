import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import test from "node:test";

import { Broker } from "../../node/broker.js";
import { startBrowser } from "./browser.js";

/// A site of its own on this machine, whose pages are empty.
async function startSite(test) {
    const server = createServer((_, response) => response.writeHead(200, { "Content-Type": "text/html" }).end("<!doctype html>"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    test.after(() => server.close());
    return server.address().port;
}

/// What a page gets to see of a request, as a program in it sees it.
const ask = (page, url, options) => page.evaluate(async ([url, options]) => {
    try {
        const response = await fetch(url, options);
        return { status: response.status, body: await response.json(), requestId: response.headers.get("x-amzn-requestid") };
    } catch (error) {
        return { refused: error.name };
    }
}, [url, options]);

/// As the SDK for JavaScript asks from a browser.
const sqs = (operation, body) => ({
    method: "POST",
    headers: { "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": `AmazonSQS.${operation}`, "amz-sdk-request": "attempt=1" },
    body: JSON.stringify(body),
});

test("pages of this machine, and those that are allowed, publish and use the AWS API; no others do", async (t) => {
    const port = await startSite(t);
    const broker = await Broker.start(t, ["--http-allowed-origins", `http://app.localhost:${port}`]);
    const page = await (await startBrowser(t)).newPage();
    const publication = { method: "POST", headers: { "Content-Type": "application/json", "Tern-Attribute-Kind": "note" }, body: "{}" };

    for (const origin of [`http://127.0.0.1:${port}`, `http://app.localhost:${port}`]) {
        await page.goto(origin);
        const created = await ask(page, broker.url, sqs("CreateQueue", { QueueName: "jobs" }));
        assert.equal(created.status, 200);
        assert.match(created.requestId, /^[0-9a-f-]{36}$/);
        const sent = await ask(page, broker.url, sqs("SendMessage", { QueueUrl: created.body.QueueUrl, MessageBody: "from a page" }));
        assert.match(sent.body.MD5OfMessageBody, /^[0-9a-f]{32}$/);
        // What goes wrong is told to the page, too.
        assert.equal((await ask(page, broker.url, sqs("SendMessage", { MessageBody: "nowhere" }))).status, 400);
        assert.equal((await ask(page, `${broker.url}/topics/news`, publication)).body.offset !== undefined, true);
    }

    await page.goto(`http://other.localhost:${port}`);
    assert.deepEqual(await ask(page, broker.url, sqs("CreateQueue", { QueueName: "others" })), { refused: "TypeError" });
    assert.deepEqual(await ask(page, `${broker.url}/topics/news`, publication), { refused: "TypeError" });
    const queues = await broker.tern("queue", "list");
    assert.match(queues, /jobs/);
    assert.doesNotMatch(queues, /others/);
});
