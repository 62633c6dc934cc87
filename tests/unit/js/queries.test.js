import assert from "node:assert/strict";
import test from "node:test";

import { FakeBroker, rejection, settled } from "./fake_broker.js";

async function connected(options) {
    const broker = new FakeBroker();
    const client = broker.client(options);
    client.connect().catch(() => {});
    return { broker, client, connection: await broker.accept() };
}

/// Calls, answers, and gives what was asked and what came out.
async function asked(connection, command, answer, call) {
    const result = call();
    await settled();
    const fields = connection.last(command)[command];
    await connection.answer(command, answer);
    return [fields, await result];
}

test("history is read forwards, and backwards from an offset", async () => {
    const { client, connection } = await connected();
    const answer = { publications: [{ subject: "chat.a", offset: 4, time: 9, id: "p", data: 1 }], epoch: "e", start_offset: 2, end_offset: 8, next_offset: 5, more: true };

    const [forwards, page] = await asked(connection, "history", answer, () => client.history("chat.>", { from: "earliest", limit: 1 }));
    const [backwards] = await asked(connection, "history", answer, () => client.history("chat.>", { before: 5, epoch: "e", limit: 2 }));

    const [latest] = await asked(connection, "history", answer, () => client.history("chat.>", { before: "end", limit: 2 }));

    assert.deepEqual(latest, { pattern: "chat.>", limit: 2, before: Number.MAX_SAFE_INTEGER });
    assert.deepEqual(forwards, { pattern: "chat.>", limit: 1, from: "earliest" });
    assert.deepEqual(backwards, { pattern: "chat.>", limit: 2, before: 5, epoch: "e" });
    assert.equal(page.publications[0].data, 1);
    assert.deepEqual([page.epoch, page.startOffset, page.endOffset, page.nextOffset, page.more], ["e", 2, 8, 5, true]);
    client.close();
});

test("presence tells members and their number", async () => {
    const { client, connection } = await connected({ namespace: "n" });
    const answer = { members: [{ member: "ann", state: 1, connections: 2, joined_at: 7 }], count: 40 };

    const [fields, presence] = await asked(connection, "presence", answer, () => client.presence("chat", { limit: 1 }));

    assert.deepEqual(fields, { topic: "chat", limit: 1, namespace: "n" });
    assert.deepEqual(presence, { members: [{ member: "ann", state: 1, connections: 2, joinedAt: new Date(7) }], count: 40 });
    client.close();
});

test("queues: send, receive, delete, change visibility", async () => {
    const { client, connection } = await connected();
    const jobs = client.queue("jobs");
    const wire = { id: "m", handle: "h", body: "resize", attributes: {}, sent_at: 3, receive_count: 2, sequence: 9 };

    const [sent, receipt] = await asked(connection, "send", { id: "m", sequence: 9 }, () => jobs.send("resize", { delayMs: 5 }));
    const [received, messages] = await asked(connection, "receive", { messages: [wire] }, () => jobs.receive({ max: 10, waitMs: 100 }));
    const [changed] = await asked(connection, "change_visibility", { results: [{}] }, () => jobs.changeVisibility(messages[0], 0));
    const [deleted, results] = await asked(connection, "delete", { results: [{}, { error: { code: 1, name: "no", message: "" } }] },
        () => jobs.delete([messages[0], messages[0]]));

    assert.deepEqual(sent, { queue: "jobs", body: "resize", delay_ms: 5 });
    assert.deepEqual(receipt, { id: "m", sequence: 9 });
    assert.deepEqual(received, { queue: "jobs", max: 10, wait_ms: 100 });
    assert.equal(messages[0].body, "resize");
    assert.equal(messages[0].receiveCount, 2);
    assert.deepEqual(changed, { queue: "jobs", handles: ["h"], visibility_timeout_ms: 0 });
    assert.deepEqual(deleted, { queue: "jobs", handles: ["h", "h"] });
    assert.deepEqual(results.map((each) => each.ok), [true, false]);
    client.close();
});

test("queues: JSON and bytes, several at once", async () => {
    const { client, connection } = await connected();

    const [fields, results] = await asked(connection, "send", { results: [{ id: "a" }, { id: "b" }] },
        () => client.queue("jobs").sendAll([{ body: { a: 1 } }, { body: new Uint8Array([255]) }]));

    assert.deepEqual(fields, { queue: "jobs", messages: [{ data: { a: 1 } }, { base64: "/w==" }] });
    assert.deepEqual(results.map((each) => each.id), ["a", "b"]);
    client.close();
});

test("a send is repeated on a FIFO queue only, where its deduplication id keeps it single", async () => {
    const { broker, client } = await connected();
    const plain = rejection(client.queue("jobs").send("a"));
    client.queue("jobs.fifo").send("a", { group: "g" }).catch(() => {});
    await settled();
    const before = broker.latest.last("send").send;

    const connection = await broker.reconnect();

    assert.equal((await plain).name, "connection_lost");
    assert.equal(connection.requests("send").length, 1);
    assert.deepEqual(connection.last("send").send, before);
    assert.ok(before.deduplication_id);
    client.close();
});

test("messages() receives until the signal says so", async () => {
    const { client, connection } = await connected();
    const abort = new AbortController();
    const messages = client.queue("jobs").messages({ signal: abort.signal });

    const first = messages.next();
    await settled();
    await connection.answer("receive", { messages: [] });
    await connection.answer("receive", { messages: [{ id: "m", handle: "h", body: "b" }] });
    assert.equal((await first).value.body, "b");
    const second = messages.next();
    await settled();
    abort.abort();

    assert.deepEqual(await second, { value: undefined, done: true });
    assert.equal(connection.requests("receive").length, 3);
    client.close();
});

test("streams: append, fetch, read on", async () => {
    const { client, connection } = await connected();
    const events = client.stream("events");
    const record = (offset) => ({ offset, time: 1, key: "k", data: offset, headers: { h: "v" } });

    const [appended, where] = await asked(connection, "append", { base_offset: 5, end_offset: 7 },
        () => events.append([{ key: "k", data: 1 }, { data: "raw", as: "text" }], { partition: 2 }));
    const [fetched, page] = await asked(connection, "fetch", { records: [record(5)], start_offset: 0, end_offset: 7, next_offset: 6 },
        () => events.fetch({ partition: 2, offset: 5, max: 1 }));
    const reading = events.read({ partition: 2, offset: 5 });
    const first = reading.next();
    await settled();
    await connection.answer("fetch", { records: [record(5)], next_offset: 6 });
    await first;
    const second = reading.next();
    await settled();
    await connection.answer("fetch", { records: [record(6)], next_offset: 7 });

    assert.deepEqual(appended, { stream: "events", partition: 2, records: [{ data: 1, key: "k" }, { text: "raw" }] });
    assert.deepEqual(where, { baseOffset: 5, endOffset: 7 });
    assert.deepEqual(fetched, { stream: "events", partition: 2, offset: 5, max: 1 });
    assert.deepEqual(page.records[0], { offset: 5, time: new Date(1), key: "k", data: 5, encoding: "json", headers: { h: "v" } });
    assert.equal((await second).value.offset, 6);
    assert.equal(connection.last("fetch").fetch.offset, 6);
    client.close();
});

test("loops over queues and streams outlast a broker that is away for long", async () => {
    const { broker, client, connection } = await connected();
    const message = client.queue("jobs").messages().next();
    const record = client.stream("events").read({ offset: 5 }).next();
    await settled();
    await connection.die();
    while (broker.timers.now() < 200_000) await broker.timers.advance(broker.timers.untilNext);

    client.reconnectNow();
    const next = await broker.accept();
    await next.answer("receive", { messages: [{ id: "m", handle: "h", body: "resize" }] });
    await next.answer("fetch", { records: [{ offset: 5, time: 7, data: 1 }], next_offset: 6 });

    assert.equal((await message).value.body, "resize");
    assert.equal((await record).value.data, 1);
    client.close();
});
