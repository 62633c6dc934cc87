import assert from "node:assert/strict";
import test from "node:test";

import { collected, FakeBroker, rejection, settled } from "./fake_broker.js";

test("a client connects when it is first used, in the JSON subprotocol", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    const connected = client.connect();

    const connection = await broker.accept();
    await connection.answer("ping");

    assert.deepEqual(connection.protocols, ["tern.json.v1"]);
    assert.equal((await connected).broker, "fake");
    assert.equal(client.state, "connected");
    client.close();
});

test("pauses between attempts grow, with jitter, from 500 ms to 20 s", async () => {
    const broker = new FakeBroker();
    const client = broker.client({ random: () => 0.5 });
    const states = collected(client, "state");
    client.connect().catch(() => {});
    await settled();

    for (let attempt = 0; attempt < 9; ++attempt) {
        await broker.latest.die();
        await broker.timers.advance(states.at(-1).retryInMs);
    }

    assert.deepEqual(states.slice(1).map((change) => change.retryInMs), [750, 1000, 1500, 2500, 4500, 8500, 10500, 10500, 10500]);
    client.close();
});

test("after a good connection the next pause is a short one", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    const states = collected(client, "state");
    client.connect().catch(() => {});
    await settled();
    for (let attempt = 0; attempt < 5; ++attempt) await broker.reconnect();

    await broker.latest.die();

    assert.equal(states.at(-1).retryInMs, 500);
    client.close();
});

test("a broker that is silent for two of its pings is dead", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    client.connect().catch(() => {});
    const connection = await broker.accept({ ping_ms: 1000 });
    await broker.timers.advance(1500);
    connection.say({ ping: {} });
    await broker.timers.advance(1999);
    assert.equal(client.state, "connected");

    await broker.timers.advance(1);

    assert.equal(client.state, "connecting");
    assert.equal(connection.readyState, 3);
    client.close();
});

test("a connection that does not open in ten seconds is given up for another", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    client.connect().catch(() => {});
    await settled();

    await broker.timers.advance(10_500);

    assert.equal(broker.connections.length, 2);
    client.close();
});

test("close codes from 4500 on end it, others do not", async () => {
    for (const [code, state] of [[4000, "connecting"], [4499, "connecting"], [1001, "connecting"], [4500, "closed"], [4999, "closed"]]) {
        const broker = new FakeBroker();
        const client = broker.client();
        client.connect().catch(() => {});
        const connection = await broker.accept();

        await connection.die(code, "so");

        assert.equal(client.state, state, `after ${code}`);
        client.close();
    }
});

test("when the broker will not have it, all that waits is told so", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    const subscription = client.subscribe("chat.>");
    const publish = rejection(client.publish("chat.a", 1));
    const connection = await broker.accept();

    await connection.die(4501, "not allowed");

    assert.equal((await publish).name, "closed");
    assert.equal((await rejection(subscription.ready())).name, "closed");
    await assert.rejects(subscription[Symbol.asyncIterator]().next(), { name: "closed" });
});

test("close() ends subscriptions and requests, and leaves no timer", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    const subscription = client.subscribe("chat.>");
    const publish = rejection(client.publish("chat.a", 1));
    const connection = await broker.accept();

    client.close();

    assert.equal((await publish).name, "closed");
    assert.deepEqual(await subscription[Symbol.asyncIterator]().next(), { value: undefined, done: true });
    assert.equal(connection.closedWith, 1000);
    assert.equal(broker.timers.untilNext, Infinity);
});

test("a client that was closed can connect again", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    client.connect().catch(() => {});
    await broker.accept();
    client.close();

    client.connect().catch(() => {});
    await broker.accept();

    assert.equal(client.state, "connected");
    client.close();
});

test("reconnectNow() does not wait for the rest of the pause", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    client.connect().catch(() => {});
    await broker.accept();
    await broker.latest.die();

    client.reconnectNow();
    client.reconnectNow();
    await settled();

    assert.equal(broker.connections.length, 2);
    client.close();
});

test("what is not JSON ends the connection, for good", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    client.connect().catch(() => {});
    const connection = await broker.accept();

    connection.onmessage({ data: "hello" });

    assert.equal(client.state, "closed");
});

test("a listener that throws keeps nobody from going on", async (t) => {
    const broker = new FakeBroker();
    const client = broker.client();
    const { mock } = t.mock.method(globalThis, "queueMicrotask", () => {});
    client.on("state", () => { throw new Error("mine"); });
    const states = collected(client, "state");

    client.connect().catch(() => {});

    assert.equal(states.length, 1);
    assert.throws(mock.calls[0].arguments[0], /mine/);
    client.close();
});

test("a listener may close the client, whatever it is told", async () => {
    for (const wanted of ["connecting", "connected"]) {
        const broker = new FakeBroker();
        const client = broker.client();
        client.on("state", ({ state }) => state === wanted && client.close());

        client.connect().catch(() => {});
        await settled();
        if (wanted === "connected") await broker.accept();
        await broker.timers.advance(200_000);

        assert.equal(client.state, "closed", wanted);
        assert.equal(broker.connections.length, wanted === "connected" ? 1 : 0);
        assert.equal(broker.timers.untilNext, Infinity);
    }
});
