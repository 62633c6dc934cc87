import assert from "node:assert/strict";
import test from "node:test";

import { FakeBroker, rejection, settled } from "./fake_broker.js";

test("a publish is fulfilled with what the broker answers", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    const publish = client.publish("chat.room.1", { text: "hello" }, { attributes: { colour: "red" } });
    const connection = await broker.accept();

    await connection.answer("publish", { id: "p1", offset: 7, epoch: "e", sequence: 1 });

    const { key, ...fields } = connection.last("publish").publish;
    assert.deepEqual(fields, { subject: "chat.room.1", data: { text: "hello" }, attributes: { colour: "red" } });
    assert.ok(key.length >= 20);
    assert.deepEqual(await publish, { id: "p1", offset: 7, epoch: "e", duplicate: false });
    client.close();
});

test("a publish whose answer was lost is repeated with the same key", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    const publish = client.publish("chat.a", 1);
    const first = (await broker.accept()).last("publish").publish;

    const connection = await broker.reconnect();
    const second = connection.last("publish").publish;
    await connection.answer("publish", { id: "p1", offset: 7, epoch: "e", duplicate: true });

    assert.deepEqual(second, first);
    assert.equal((await publish).duplicate, true);
    client.close();
});

test("publishes keep their order over a lost connection, subscriptions come before them", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    for (const data of [1, 2, 3]) client.publish("chat.a", data).catch(() => {});
    client.subscribe("chat.>");
    await broker.accept();

    const connection = await broker.reconnect();

    const commands = connection.received.map((message) => Object.keys(message).find((name) => name !== "id"));
    assert.deepEqual(commands, ["connect", "subscribe", "publish", "publish", "publish"]);
    assert.deepEqual(connection.requests("publish").map((each) => each.publish.data), [1, 2, 3]);
    client.close();
});

test("a publish is not repeated once the broker may have forgotten its key", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    const publish = rejection(client.publish("chat.a", 1, { timeoutMs: Infinity }));
    const connection = await broker.accept({ ping_ms: 0 });
    await broker.timers.advance(290_000);
    assert.equal(connection.requests("publish").length, 1);

    const next = await broker.reconnect();

    assert.equal((await publish).name, "outcome_unknown");
    assert.equal(next.requests("publish").length, 0);
    client.close();
});

test("an ephemeral publish is refused at once while there is no connection, and never repeated", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    assert.equal((await rejection(client.publish("chat.a", 1, { ephemeral: true }))).name, "connection_lost");
    await broker.accept();
    const publish = rejection(client.publish("chat.a", 1, { ephemeral: true }));

    const connection = await broker.reconnect();

    assert.equal((await publish).name, "connection_lost");
    assert.equal(connection.requests("publish").length, 0);
    client.close();
});

test("a refusal has the broker's code and name, and whether it is temporary", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    const publish = rejection(client.publish("chat..a", 1));
    const connection = await broker.accept();

    await connection.refuse("publish", { code: 906, name: "subject_invalid", message: "No.", temporary: false });

    const { code, name, message, temporary } = await publish;
    assert.deepEqual({ code, name, message, temporary }, { code: 906, name: "subject_invalid", message: "No.", temporary: false });
    client.close();
});

test("what the broker closed the connection over is not sent again", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    const publish = rejection(client.publish("chat.a", "x".repeat(100)));
    const connection = await broker.accept();
    await connection.die(1009, "too big");

    await broker.timers.advance(500);
    const next = await broker.accept();

    assert.match((await publish).message, /1009: too big/);
    assert.equal((await publish).temporary, false);
    assert.equal(next.requests("publish").length, 0);
    client.close();
});

test("several are published at once, and each has its outcome", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    const publish = client.publishAll([{ subject: "chat.a", data: 1 }, { subject: "chat..", data: 2 }]);
    const connection = await broker.accept();

    await connection.answer("publish", { results: [{ id: "p1", offset: 3 }, { error: { code: 906, name: "subject_invalid", message: "No." } }], epoch: "e" });

    const [first, second] = await publish;
    assert.deepEqual(first, { ok: true, id: "p1", offset: 3, epoch: "e", duplicate: false });
    assert.equal(second.ok, false);
    assert.equal(second.error.name, "subject_invalid");
    client.close();
});

test("data is JSON, text or bytes", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    const sent = async (data, options) => {
        client.publish("chat.a", data, options).catch(() => {});
        await settled();
        const { subject, key, ...payload } = broker.latest.last("publish").publish;
        return payload;
    };
    client.connect().catch(() => {});
    await broker.accept();

    assert.deepEqual(await sent("hi"), { data: "hi" });
    assert.deepEqual(await sent(null), { data: null });
    assert.deepEqual(await sent("hi", { as: "text" }), { text: "hi" });
    assert.deepEqual(await sent(new Uint8Array([0, 255])), { base64: "AP8=" });
    assert.deepEqual(await sent(new Uint8Array([1, 2]).buffer), { base64: "AQI=" });
    await assert.rejects(client.publish("chat.a", undefined), TypeError);
    client.close();
});

test("an aborted request is given up with the signal's reason", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    const abort = new AbortController();
    const publish = rejection(client.publish("chat.a", 1, { signal: abort.signal }));

    abort.abort();

    assert.equal((await publish).name, "AbortError");
    const connection = await broker.accept();
    assert.equal(connection.requests("publish").length, 0);
    client.close();
});

test("a request without an answer times out, also while there is no connection", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    const publish = rejection(client.publish("chat.a", 1));

    await broker.timers.advance(30_000);

    assert.equal((await publish).name, "timed_out");
    client.close();
});

test("unanswered requests are bounded", async () => {
    const broker = new FakeBroker();
    const client = broker.client({ requestsMax: 3 });
    for (let i = 0; i < 3; ++i) client.publish("chat.a", i).catch(() => {});

    const fourth = await rejection(client.publish("chat.a", 3));

    assert.equal(fourth.name, "too_many_requests");
    assert.equal(fourth.temporary, true);
    client.close();
});

test("as many requests as may wait do not keep the client from connecting and subscribing", async () => {
    const broker = new FakeBroker();
    const client = broker.client({ requestsMax: 3 });
    for (let i = 0; i < 3; ++i) client.publish("chat.a", i).catch(() => {});
    const subscription = client.subscribe("chat.>");
    const connect = client.connect();

    const connection = await broker.accept();
    await connection.answer("subscribe", { sub: connection.last("subscribe").id, topic: "chat", epoch: "e", offset: 0, recovered: true });
    await connection.answer("ping");

    assert.equal(client.state, "connected");
    assert.equal((await subscription.ready()).topic, "chat");
    await connect;
    client.close();
});

test("what is published is what it was when publish was called, however late it is sent", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    const order = { state: "new" };
    client.publish("orders.a", order).catch(() => {});
    order.state = "paid";

    const first = await broker.accept();
    order.state = "sent";
    const second = await broker.reconnect();

    assert.deepEqual(first.last("publish").publish.data, { state: "new" });
    assert.deepEqual(second.last("publish").publish, first.last("publish").publish);
    client.close();
});

test("data that is no JSON is refused at once, and breaks nothing later", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    const circle = {};
    circle.self = circle;

    await assert.rejects(client.publish("chat.a", circle), TypeError);
    await assert.rejects(client.publish("chat.a", 1n), TypeError);
    client.publish("chat.a", "good").catch(() => {});
    const connection = await broker.accept();

    assert.deepEqual(connection.requests("publish").map((each) => each.publish.data), ["good"]);
    client.close();
});

test("what the broker would close the connection over is not sent", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    client.connect().catch(() => {});
    await settled();
    const connection = broker.latest;
    connection.open();
    await connection.answer("connect", { broker: "fake", ping_ms: 0, limits: { message_bytes_max: 1000 } });

    const tooLong = await rejection(client.publish("chat.a", "\u20ac".repeat(400)));
    client.publish("chat.a", "\u20ac".repeat(200)).catch(() => {});
    await settled();

    assert.equal(tooLong.name, "message_too_large");
    assert.equal(connection.requests("publish").length, 1);
    client.close();
});

test("several ephemeral ones at once are refused without a connection, and never repeated, too", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    const signals = [{ subject: "chat.a", data: 1, ephemeral: true }, { subject: "chat.b", data: 2, ephemeral: true }];
    assert.equal((await rejection(client.publishAll(signals))).name, "connection_lost");
    await broker.accept();
    const publish = rejection(client.publishAll(signals));

    const connection = await broker.reconnect();

    assert.equal((await publish).name, "connection_lost");
    assert.equal(connection.requests("publish").length, 0);
    client.close();
});
