import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, connect } from "node:net";
import test from "node:test";

import { Client } from "../../../clients/js/dist/tern.js";
import { Broker } from "../../node/broker.js";
import { WebSocket } from "../../node/modules.js";

const quick = { WebSocket, backoff: { minMs: 20, maxMs: 200 } };

function clientOf(test, url) {
    const client = new Client(url, quick);
    test.after(() => client.close());
    return client;
}

/// The next event of a kind.
const next = (emitter, type) => new Promise((resolve) => {
    const off = emitter.on(type, (event) => (off(), resolve(event)));
});

/// A wire between clients and broker that a test can cut without either being at fault.
async function wire(t, target) {
    const sockets = new Set();
    const server = createServer((near) => {
        const far = connect(Number(target.port), target.hostname);
        for (const [from, to] of [[near, far], [far, near]]) {
            sockets.add(from);
            from.pipe(to);
            from.on("error", () => to.destroy());
            from.on("close", () => (sockets.delete(from), to.destroy()));
        }
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address();
    const cut = () => sockets.forEach((socket) => socket.destroy());
    t.after(() => (server.close(), cut()));
    return { url: `ws://127.0.0.1:${port}/ws`, cut };
}

test("kill -9 under load: every publish is acknowledged, every subscriber sees each exactly once, in order", async (t) => {
    const broker = await Broker.start(t);
    const publisher = clientOf(t, broker.webSocketUrl);
    const watchers = [clientOf(t, broker.webSocketUrl), clientOf(t, broker.webSocketUrl)].map((client) => client.subscribe("load.>"));
    const gaps = [];
    for (const watcher of watchers) watcher.on("gap", (gap) => gaps.push(gap));
    await Promise.all(watchers.map((watcher) => watcher.ready()));
    const rounds = 4;
    const each = 150;

    const seen = watchers.map(async (watcher) => {
        const publications = [];
        for await (const publication of watcher) if (publications.push(publication) === rounds * each) break;
        return publications;
    });
    const acknowledged = [];
    for (let round = 0; round < rounds; ++round) {
        const batch = Array.from({ length: each }, (_, i) => publisher.publish(`load.${round}`, round * each + i, { timeoutMs: 60_000 }));
        await Promise.race(batch); // some are on disk, some on their way, some not sent
        await broker.kill();
        await broker.restart();
        acknowledged.push(...(await Promise.all(batch)));
    }

    for (const publications of await Promise.all(seen)) {
        assert.deepEqual(publications.map((publication) => publication.data), Array.from({ length: rounds * each }, (_, i) => i));
        assert.deepEqual(publications.map((publication) => publication.offset), acknowledged.map((published) => published.offset));
    }
    assert.deepEqual(gaps, []);
    const { publications } = await publisher.history("load.>", { from: "earliest", limit: 1000 });
    assert.equal(publications.length, rounds * each);
});

test("a wire that is cut again and again loses and doubles nothing", async (t) => {
    const broker = await Broker.start(t);
    const line = await wire(t, new URL(broker.url));
    const publisher = clientOf(t, line.url);
    const watcher = clientOf(t, line.url).subscribe("cut.>");
    await watcher.ready();
    const count = 200;

    const publishing = (async () => {
        for (let i = 0; i < count; ++i) {
            if (i % 25 === 10) line.cut();
            await publisher.publish("cut.x", i);
        }
    })();
    const seen = [];
    for await (const { data } of watcher) if (seen.push(data) === count) break;
    await publishing;

    assert.deepEqual(seen, Array.from({ length: count }, (_, i) => i));
});

test("recovered tells how many were missed", async (t) => {
    const broker = await Broker.start(t);
    const line = await wire(t, new URL(broker.url));
    const direct = clientOf(t, broker.webSocketUrl);
    const watching = new Client(line.url, { WebSocket, backoff: { minMs: 600_000, maxMs: 600_000 } }); // comes back when it is told to
    t.after(() => watching.close());
    const watcher = watching.subscribe("talk.>");
    const seen = [];
    watcher.on("publication", ({ data }) => seen.push(data));
    await watcher.ready();
    await direct.publish("talk.a", 0);
    while (seen.length < 1) await next(watcher, "publication");

    const recovered = next(watcher, "recovered");
    const recovering = next(watcher, "recovering");
    line.cut();
    await recovering;
    for (const data of [1, 2, 3]) await direct.publish("talk.a", data);
    watching.reconnectNow();

    assert.deepEqual(await recovered, { count: 3, complete: true });
    assert.deepEqual(seen, [0, 1, 2, 3]);
});

test("a topic that was deleted ends its subscriptions", async (t) => {
    const broker = await Broker.start(t);
    const tern = clientOf(t, broker.webSocketUrl);
    const subscription = tern.subscribe("gone.>");
    await subscription.ready();

    const ended = next(subscription, "ended");
    await broker.tern("topic", "delete", "gone", "--yes");

    assert.equal((await ended).name, "topic_does_not_exist");
});

test("offsets that have begun anew are a gap", async (t) => {
    const broker = await Broker.start(t);
    const tern = clientOf(t, broker.webSocketUrl);
    for (let i = 0; i < 5; ++i) await tern.publish("anew", i);
    const subscription = tern.subscribe("anew", { from: { offset: 3, epoch: "another" } });

    const gap = await next(subscription, "gap");

    assert.equal(gap.reason, "epoch_changed");
    assert.equal((await subscription.ready()).recovered, false);
});

test("a durable subscription keeps its place; what is not acknowledged comes again, also after kill -9", async (t) => {
    const broker = await Broker.start(t);
    const tern = clientOf(t, broker.webSocketUrl);
    const subscription = tern.subscribe("work.>", { durable: "worker", ackWaitMs: 5000 });
    await subscription.ready();
    for (let i = 0; i < 6; ++i) await tern.publish("work.item", i);

    const iterator = subscription[Symbol.asyncIterator]();
    const first = [];
    while (first.length < 6) {
        const { value } = await iterator.next();
        if (value.data % 2 === 0) await subscription.ack(value);
        first.push(value);
    }
    await broker.kill();
    await broker.restart();
    const again = [];
    while (again.length < 3) {
        const { value } = await iterator.next();
        await subscription.ack(value);
        again.push(value);
    }

    assert.deepEqual(first.map(({ data, delivery }) => [data, delivery]), [0, 1, 2, 3, 4, 5].map((data) => [data, 1]));
    assert.deepEqual(again.map(({ data }) => data).sort(), [1, 3, 5]);
    assert.ok(again.every(({ delivery }) => delivery >= 2));
});

test("what is rejected comes again at once", async (t) => {
    const broker = await Broker.start(t);
    const tern = clientOf(t, broker.webSocketUrl);
    const subscription = tern.subscribe("work.>", { durable: "worker" });
    await subscription.ready();
    await tern.publish("work.item", 1);

    const iterator = subscription[Symbol.asyncIterator]();
    const first = (await iterator.next()).value;
    await subscription.reject(first);
    const second = (await iterator.next()).value;
    await subscription.ack(second);

    assert.deepEqual([first.delivery, second.delivery], [1, 2]);
    assert.equal(second.data, 1);
    await assert.rejects(subscription.ack({ ...second, handle: "none" }), { name: "receipt_handle_invalid" });
});

test("durable members share the work", async (t) => {
    const broker = await Broker.start(t);
    const tern = clientOf(t, broker.webSocketUrl);
    const members = [1, 2].map(() => clientOf(t, broker.webSocketUrl).subscribe("work.>", { durable: "shared", inFlightMax: 1 }));
    await Promise.all(members.map((member) => member.ready()));
    const count = 40;
    const done = [];

    const all = new Promise((resolve) => {
        for (const member of members) {
            member.on("publication", async (publication) => {
                await member.ack(publication);
                if (done.push(publication.data) === count) resolve();
            });
        }
    });
    for (let i = 0; i < count; ++i) await tern.publish("work.item", i);
    await all;

    assert.deepEqual(done.sort((a, b) => a - b), Array.from({ length: count }, (_, i) => i));
});
