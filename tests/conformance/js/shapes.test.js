import assert from "node:assert/strict";
import test from "node:test";

import { Client } from "../../../clients/js/dist/tern.js";
import { Broker } from "../../node/broker.js";
import { WebSocket } from "../../node/modules.js";

function clientOf(test, broker) {
    const client = new Client(broker.webSocketUrl, { WebSocket, backoff: { minMs: 20, maxMs: 200 } });
    test.after(() => client.close());
    return client;
}

/// Waits, event by event, until the members are those.
function membersAre(subscription, names) {
    const there = () => [...subscription.members.keys()].sort().join() === names.join();
    return new Promise((resolve) => {
        if (there()) return resolve();
        const off = subscription.on("presence", () => there() && (off(), resolve()));
    });
}

test("presence: who comes and who leaves, and their states", async (t) => {
    const broker = await Broker.start(t);
    await broker.tern("topic", "create", "chat", "--presence", "subscribers");
    const ann = clientOf(t, broker).subscribe("chat.>", { presence: true, member: "ann", state: { mood: "fine" } });
    await membersAre(ann, ["ann"]);
    const bobsClient = clientOf(t, broker);
    const bob = bobsClient.subscribe("chat.>", { presence: true, member: "bob" });

    await membersAre(ann, ["ann", "bob"]);
    await membersAre(bob, ["ann", "bob"]);
    assert.deepEqual(bob.members.get("ann").state, { mood: "fine" });
    const updated = new Promise((resolve) => bob.on("presence", (change) => change.updated.length > 0 && resolve(change)));
    await ann.setState({ mood: "tired" });
    assert.deepEqual((await updated).updated.map(({ member, state }) => [member, state]), [["ann", { mood: "tired" }]]);
    assert.deepEqual((await bobsClient.presence("chat")).members.map(({ member }) => member).sort(), ["ann", "bob"]);

    await bob.unsubscribe();
    await membersAre(ann, ["ann"]);
});

test("presence is right after kill -9", async (t) => {
    const broker = await Broker.start(t);
    await broker.tern("topic", "create", "chat", "--presence", "subscribers");
    const ann = clientOf(t, broker).subscribe("chat.>", { presence: true, member: "ann" });
    const bobsClient = clientOf(t, broker);
    const bob = bobsClient.subscribe("chat.>", { presence: true, member: "bob" });
    const cid = clientOf(t, broker).subscribe("chat.>", { presence: true, member: "cid" });
    await Promise.all([ann, bob, cid].map((each) => membersAre(each, ["ann", "bob", "cid"])));

    await broker.kill();
    bobsClient.close();
    await broker.restart();

    await Promise.all([ann, cid].map((each) => membersAre(each, ["ann", "cid"])));
});

test("presence must be enabled", async (t) => {
    const broker = await Broker.start(t);
    await broker.tern("topic", "create", "silent");

    await assert.rejects(clientOf(t, broker).subscribe("silent", { presence: true }).ready(), { code: 923, name: "presence_not_enabled" });
});

test("queues: send, receive, come back, delete", async (t) => {
    const broker = await Broker.start(t);
    await broker.tern("queue", "create", "jobs");
    const jobs = clientOf(t, broker).queue("jobs");

    const waiting = jobs.receive({ waitMs: 10_000 });
    const { id } = await jobs.send("resize photo 17", { attributes: { size: { type: "Number", value: "3" } } });
    const [first] = await waiting;
    await jobs.changeVisibility(first, 0);
    const [second] = await jobs.receive({ waitMs: 10_000 });
    const [deleted] = await jobs.delete(second);

    assert.equal(first.id, id);
    assert.equal(first.body, "resize photo 17");
    assert.deepEqual(first.attributes, { size: { type: "Number", value: "3" } });
    assert.deepEqual([first.receiveCount, second.receiveCount], [1, 2]);
    assert.equal(deleted.ok, true);
    assert.deepEqual(await jobs.receive(), []);
});

test("queues: many at once, bytes and JSON", async (t) => {
    const broker = await Broker.start(t);
    await broker.tern("queue", "create", "jobs");
    const jobs = clientOf(t, broker).queue("jobs");

    const outcomes = await jobs.sendAll([{ body: { a: [1] } }, { body: new Uint8Array([255, 0]) }]);
    const bodies = [];
    for await (const message of jobs.messages()) {
        bodies.push(message.body);
        await jobs.delete(message);
        if (bodies.length === 2) break;
    }

    assert.deepEqual(outcomes.map((each) => each.ok), [true, true]);
    assert.equal(bodies.find((body) => typeof body === "string"), '{"a":[1]}');
    assert.deepEqual(bodies.find((body) => typeof body !== "string"), new Uint8Array([255, 0]));
});

test("a send to a FIFO queue survives kill -9 without being doubled", async (t) => {
    const broker = await Broker.start(t);
    await broker.tern("queue", "create", "jobs.fifo");
    const jobs = clientOf(t, broker).queue("jobs.fifo");
    const count = 60;

    const sends = Array.from({ length: count }, (_, i) => jobs.send(String(i), { group: "g" }));
    await Promise.race(sends);
    await broker.kill();
    await broker.restart();
    await Promise.all(sends);

    const bodies = [];
    for await (const message of jobs.messages({ max: 10 })) {
        bodies.push(message.body);
        await jobs.delete(message);
        if (bodies.length === count) break;
    }
    assert.deepEqual(bodies, Array.from({ length: count }, (_, i) => String(i)));
    assert.deepEqual(await jobs.receive(), []);
});

test("streams: append, fetch, read on as records come", async (t) => {
    const broker = await Broker.start(t);
    await broker.tern("stream", "create", "events", "--partitions", "2");
    const events = clientOf(t, broker).stream("events");

    const { baseOffset, endOffset } = await events.append([{ data: { n: 0 }, key: "k", headers: { h: "v" } }, { data: "raw", as: "text" }], { partition: 1 });
    const page = await events.fetch({ partition: 1, offset: baseOffset });
    const reading = events.read({ partition: 1, offset: endOffset, waitMs: 10_000 });
    const third = reading.next();
    await events.append({ data: 2 }, { partition: 1 });

    assert.equal(endOffset, baseOffset + 2);
    assert.deepEqual(page.records.map(({ data, key, headers }) => [data, key, headers]), [[{ n: 0 }, "k", { h: "v" }], ["raw", undefined, {}]]);
    assert.deepEqual([page.startOffset, page.endOffset, page.nextOffset], [0, 2, 2]);
    assert.equal((await third).value.data, 2);
    await assert.rejects(events.fetch({ partition: 7, offset: 0 }), { name: "partition_does_not_exist" });
});
