import assert from "node:assert/strict";
import test from "node:test";

import { Client } from "../../../clients/js/dist/tern.js";
import { Broker } from "../../node/broker.js";
import { WebSocket } from "../../node/modules.js";

/// A client that is closed after the test.
function clientOf(test, broker, options = {}) {
    const client = new Client(broker.webSocketUrl, { WebSocket, backoff: { minMs: 20, maxMs: 200 }, ...options });
    test.after(() => client.close());
    return client;
}

/// The next `count` publications.
async function read(subscription, count) {
    const iterator = subscription[Symbol.asyncIterator]();
    const publications = [];
    while (publications.length < count) {
        const { value, done } = await iterator.next();
        if (done) throw new Error(`only ${publications.length} publications`);
        publications.push(value);
    }
    return publications;
}

const dataOf = (publications) => publications.map((each) => each.data);

test("what is published is pushed, with subject, offset, time and attributes", async (t) => {
    const broker = await Broker.start(t);
    const tern = clientOf(t, broker);
    const subscription = tern.subscribe("chat.room.*");
    const { topic, epoch, offset } = await subscription.ready();

    const published = await tern.publish("chat.room.42", { text: "hello" }, { attributes: { colour: "red", size: { type: "Number", value: "3" } } });
    await tern.publish("chat.elsewhere", "not for the pattern");
    await tern.publish("chat.room.43", "second");
    const [first, second] = await read(subscription, 2);

    assert.equal(topic, "chat");
    assert.equal(published.offset, offset);
    assert.equal(published.epoch, epoch);
    assert.equal(first.subject, "chat.room.42");
    assert.equal(first.offset, offset);
    assert.equal(first.id, published.id);
    assert.deepEqual(first.data, { text: "hello" });
    assert.deepEqual(first.attributes, { colour: { type: "String", value: "red" }, size: { type: "Number", value: "3" } });
    assert.ok(Math.abs(first.time - Date.now()) < 60_000);
    assert.equal(second.data, "second");
    assert.equal(second.offset, offset + 2);
});

test("JSON, text and bytes come back as they went", async (t) => {
    const broker = await Broker.start(t);
    const tern = clientOf(t, broker);
    const subscription = tern.subscribe("a");
    await subscription.ready();
    const values = [null, true, 1.5, "text with \"quotes\" and 👩‍👩‍👧‍👦", ["a", { b: [] }], { ключ: "значение" }];

    for (const value of values) await tern.publish("a", value);
    await tern.publish("a", "not {json", { as: "text" });
    await tern.publish("a", new Uint8Array([0, 1, 254, 255]));
    const publications = await read(subscription, values.length + 2);

    assert.deepEqual(dataOf(publications), [...values, "not {json", new Uint8Array([0, 1, 254, 255])]);
    assert.deepEqual(publications.slice(-3).map((each) => each.encoding), ["json", "text", "bytes"]);
});

test("a subscription begins where it is told to", async (t) => {
    const broker = await Broker.start(t);
    const tern = clientOf(t, broker);
    for (let i = 0; i < 10; ++i) await tern.publish("log.line", i);
    const { epoch, publications } = await tern.history("log.>", { from: "earliest", limit: 100 });

    const from = async (from, count) => dataOf(await read(tern.subscribe("log.>", { from }), count));

    assert.deepEqual(await from("earliest", 10), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(await from({ last: 3 }, 3), [7, 8, 9]);
    assert.deepEqual(await from({ offset: publications[8].offset, epoch }, 2), [8, 9]);
    assert.deepEqual(await from({ time: new Date(0) }, 10), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("history is read in pages, forwards and backwards", async (t) => {
    const broker = await Broker.start(t);
    const tern = clientOf(t, broker);
    for (let i = 0; i < 10; ++i) await tern.publish(i % 2 ? "log.odd" : "log.even", i);

    const first = await tern.history("log.>", { from: "earliest", limit: 4 });
    const second = await tern.history("log.>", { from: { offset: first.nextOffset, epoch: first.epoch }, limit: 100 });
    const before = await tern.history("log.odd", { before: first.endOffset, limit: 3 });
    const earlier = await tern.history("log.odd", { before: before.nextOffset, epoch: before.epoch, limit: 3 });
    const last = await tern.history("log.even", { from: { last: 2 }, limit: 2 });
    const latest = await tern.history("log.odd", { before: "end", limit: 1 });

    assert.deepEqual(dataOf(first.publications), [0, 1, 2, 3]);
    assert.equal(first.more, true);
    assert.deepEqual(dataOf(second.publications), [4, 5, 6, 7, 8, 9]);
    assert.equal(second.more, false);
    assert.deepEqual(dataOf(before.publications), [5, 7, 9]);
    assert.deepEqual(dataOf(earlier.publications), [1, 3]);
    assert.deepEqual(dataOf(last.publications), [6, 8]);
    assert.deepEqual(dataOf(latest.publications), [9]);
});

test("a filter lets through what matches", async (t) => {
    const broker = await Broker.start(t);
    const tern = clientOf(t, broker);
    const red = tern.subscribe("paint", { filter: { colour: ["red"] } });
    const big = tern.subscribe("paint", { filter: { litres: [{ numeric: [">", 5] }] }, filterScope: "body" });
    await Promise.all([red.ready(), big.ready()]);

    await tern.publish("paint", { litres: 1 }, { attributes: { colour: "blue" } });
    await tern.publish("paint", { litres: 2 }, { attributes: { colour: "red" } });
    await tern.publish("paint", { litres: 9 }, { attributes: { colour: "blue" } });

    assert.deepEqual(dataOf(await read(red, 1)), [{ litres: 2 }]);
    assert.deepEqual(dataOf(await read(big, 1)), [{ litres: 9 }]);
});

test("an ephemeral publication reaches who is there, and no history", async (t) => {
    const broker = await Broker.start(t);
    const tern = clientOf(t, broker);
    const subscription = tern.subscribe("chat.>");
    await subscription.ready();

    await tern.publish("chat.typing", "ann", { ephemeral: true });
    await tern.publish("chat.said", "hello");
    const [typing, said] = await read(subscription, 2);

    assert.deepEqual([typing.data, typing.offset], ["ann", undefined]);
    assert.equal(said.data, "hello");
    assert.deepEqual(dataOf((await tern.history("chat.>", { from: "earliest" })).publications), ["hello"]);
});

test("several publications at once succeed or fail each by itself", async (t) => {
    const broker = await Broker.start(t);
    const tern = clientOf(t, broker);

    const outcomes = await tern.publishAll([{ subject: "a.b", data: 1 }, { subject: "a..b", data: 2 }, { subject: "a.c", data: 3 }]);

    assert.deepEqual(outcomes.map((each) => each.ok), [true, false, true]);
    assert.equal(outcomes[1].error.name, "subject_invalid");
    assert.equal(outcomes[2].offset, outcomes[0].offset + 1);
});

test("the same key counts once", async (t) => {
    const broker = await Broker.start(t);
    const tern = clientOf(t, broker);

    const first = await tern.publish("a", 1, { key: "k" });
    const again = await tern.publish("a", 1, { key: "k" });

    assert.deepEqual(again, { ...first, duplicate: true });
});

test("refusals have code, name, and whether they are temporary", async (t) => {
    const broker = await Broker.start(t);
    const tern = clientOf(t, broker);

    await assert.rejects(tern.publish("a..b", 1), { code: 906, name: "subject_invalid", temporary: false });
    await assert.rejects(tern.subscribe("a.>.b").ready(), { code: 907, name: "pattern_invalid" });
    await assert.rejects(tern.queue("nowhere").receive(), { name: "queue_does_not_exist" });
});

test("curl can publish", async (t) => {
    const broker = await Broker.start(t);
    const tern = clientOf(t, broker);
    const subscription = tern.subscribe("chat.>");
    await subscription.ready();

    const answer = await fetch(`${broker.url}/topics/chat.room.1`, { method: "POST", body: JSON.stringify({ text: "from curl" }), headers: { "Content-Type": "application/json" } });

    assert.equal(answer.status, 200);
    assert.deepEqual(dataOf(await read(subscription, 1)), [{ text: "from curl" }]);
});
