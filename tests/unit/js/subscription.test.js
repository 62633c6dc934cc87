import assert from "node:assert/strict";
import test from "node:test";

import { collected, FakeBroker, rejection, settled } from "./fake_broker.js";

/// A client with one subscription that the broker has answered.
async function subscribed(options, answer = { topic: "chat", epoch: "e1", offset: 10, recovered: true }) {
    const broker = new FakeBroker();
    const client = broker.client();
    const subscription = client.subscribe("chat.>", options);
    const connection = await broker.accept();
    await connection.answer("subscribe", { sub: connection.last("subscribe").id, ...answer });
    return { broker, client, subscription, connection, sub: connection.last("subscribe").id };
}

const pub = (sub, offset, more = {}) => ({ pub: { sub, subject: "chat.a", offset, time: 1000, id: `p${offset}`, data: offset, ...more } });

/// Breaks the connection, and answers the subscribe on the next one; nothing in the history unless `last` says so.
async function reconnected(broker, answer, last) {
    const connection = await broker.reconnect();
    const request = connection.last("subscribe");
    await connection.answer("subscribe", { sub: request.id, topic: "chat", ...answer });
    const tell = () => connection.answer("history", { publications: last === undefined ? [] : [{ subject: "chat.a", offset: last, data: 0 }] });
    return { connection, request: request.subscribe, sub: request.id, tell };
}

test("publications come out of the loop in order, with what the broker says of them", async () => {
    const { client, subscription, connection, sub } = await subscribed();

    connection.say(pub(sub, 10, { attributes: { n: { type: "Number", value: "3" } } }), pub(sub, 11, { data: undefined, text: "raw" }),
        pub(sub, 12, { data: undefined, base64: "AP8=" }));

    const read = [];
    for await (const publication of subscription) {
        read.push(publication);
        if (read.length === 3) break;
    }
    assert.deepEqual(read.map((each) => each.data), [10, "raw", new Uint8Array([0, 255])]);
    assert.deepEqual(read.map((each) => each.encoding), ["json", "text", "bytes"]);
    assert.deepEqual(read[0].attributes, { n: { type: "Number", value: "3" } });
    assert.equal(read[0].time.getTime(), 1000);
    client.close();
});

test("leaving the loop unsubscribes", async () => {
    const { client, subscription, connection, sub } = await subscribed();
    connection.say(pub(sub, 10));

    for await (const _ of subscription) break;

    assert.equal(connection.last("unsubscribe").unsubscribe.sub, sub);
    assert.equal(subscription.state, "ended");
    client.close();
});

test("a listener gets publications, also those that came before it", async () => {
    const { client, subscription, connection, sub } = await subscribed();
    connection.say(pub(sub, 10));

    const publications = collected(subscription, "publication");
    connection.say(pub(sub, 11));

    assert.deepEqual(publications.map((each) => each.offset), [10, 11]);
    client.close();
});

test("options go out under the protocol's names", async () => {
    const options = { from: { time: new Date(5) }, filter: { a: ["b"] }, filterScope: "body", slow: "disconnect", durable: "d", inFlightMax: 3,
                      ackWaitMs: 4, deliveriesMax: 5, deadLetterQueue: "dead", presence: true, member: "ann", state: { a: 1 }, namespace: "n" };
    const { client, connection } = await subscribed(options);

    assert.deepEqual(connection.last("subscribe").subscribe, {
        pattern: "chat.>", from: { time: 5 }, filter: { a: ["b"] }, filter_scope: "body", slow: "disconnect", durable: "d", in_flight_max: 3,
        ack_wait_ms: 4, deliveries_max: 5, dead_letter_queue: "dead", presence: true, member: "ann", state: { a: 1 }, namespace: "n" });
    client.close();
});

test("after a lost connection it goes on behind the last publication, and drops doubles", async () => {
    const { broker, client, subscription, connection, sub } = await subscribed({ from: { last: 50 } });
    const publications = collected(subscription, "publication");
    connection.say(pub(sub, 10), pub(sub, 14));

    const next = await reconnected(broker, { epoch: "e1", offset: 15, recovered: true }, 16);
    next.connection.say(pub(next.sub, 14), pub(next.sub, 15), pub(next.sub, 15), pub(next.sub, 16));

    assert.deepEqual(next.request.from, { offset: 15, epoch: "e1" });
    assert.deepEqual(publications.map((each) => each.offset), [10, 14, 15, 16]);
    client.close();
});

test("without any publication it goes on where the broker said that it begins", async () => {
    const { broker, client } = await subscribed();

    const { request } = await reconnected(broker, { epoch: "e1", offset: 10, recovered: true });

    assert.deepEqual(request.from, { offset: 10, epoch: "e1" });
    client.close();
});

test("pushes of the connection before are not taken", async () => {
    const { broker, client, subscription, connection, sub } = await subscribed();
    const publications = collected(subscription, "publication");
    await reconnected(broker, { epoch: "e1", offset: 10, recovered: true });

    connection.say(pub(sub, 10));

    assert.equal(publications.length, 0);
    client.close();
});

test("recovering and recovered tell how many were missed, whenever the last one is known", async () => {
    for (const order of ["before", "after"]) {
        const { broker, client, subscription, connection, sub } = await subscribed();
        const recovered = collected(subscription, "recovered");
        const recovering = collected(subscription, "recovering");
        connection.say(pub(sub, 10));

        const next = await reconnected(broker, { epoch: "e1", offset: 11, recovered: true }, 12);
        if (order === "before") await next.tell();
        next.connection.say(pub(next.sub, 11), pub(next.sub, 12), pub(next.sub, 13));
        if (order === "after") await next.tell();

        assert.equal(recovering.length, 1);
        assert.deepEqual(recovered, [{ count: 2, complete: true }], order);
        client.close();
    }
});

test("publications in the same message as the answer come after it", async () => {
    const { broker, client, subscription, connection, sub } = await subscribed();
    const order = [];
    for (const type of ["subscribed", "gap", "publication", "recovered"]) subscription.on(type, ({ offset }) => order.push(offset === undefined ? type : `${type} ${offset}`));
    connection.say(pub(sub, 10));
    const next = await broker.reconnect();
    const { id } = next.last("subscribe");

    next.say({ id, subscribe: { sub: id, topic: "chat", epoch: "e2", offset: 3, recovered: false } }, pub(id, 3), pub(id, 4));
    await settled();
    await next.answer("history", { publications: [{ subject: "chat.a", offset: 4, data: 0 }] });

    assert.deepEqual(order, ["publication 10", "subscribed 3", "gap", "publication 3", "publication 4", "recovered"]);
    client.close();
});

test("nothing missed is told as well", async () => {
    const { broker, client, subscription, connection, sub } = await subscribed();
    const recovered = collected(subscription, "recovered");
    connection.say(pub(sub, 10));

    await (await reconnected(broker, { epoch: "e1", offset: 11, recovered: true }, 10)).tell();

    assert.deepEqual(recovered, [{ count: 0, complete: true }]);
    client.close();
});

test("history that no longer reaches back is a gap", async () => {
    const { broker, client, subscription, connection, sub } = await subscribed();
    const gaps = collected(subscription, "gap");
    const publications = collected(subscription, "publication");
    connection.say(pub(sub, 10));

    const next = await reconnected(broker, { epoch: "e1", offset: 90, recovered: false });
    next.connection.say({ gap: { sub: next.sub, epoch: "e1", from: 11, to: 90, dropped: 79 } }, pub(next.sub, 90));

    assert.deepEqual(gaps, [{ reason: "not_kept", epoch: "e1", from: 11, to: 90, dropped: undefined }]);
    assert.deepEqual(publications.map((each) => each.offset), [10, 90]);
    client.close();
});

test("another epoch is a gap, and lower offsets are no doubles", async () => {
    const { broker, client, subscription, connection, sub } = await subscribed();
    const gaps = collected(subscription, "gap");
    const publications = collected(subscription, "publication");
    connection.say(pub(sub, 10));

    const next = await reconnected(broker, { epoch: "e2", offset: 0, recovered: false });
    next.connection.say(pub(next.sub, 0));

    assert.deepEqual(gaps.map((gap) => gap.reason), ["epoch_changed"]);
    assert.deepEqual(publications.map((each) => each.offset), [10, 0]);
    client.close();
});

test("an offset that the program names and that is no longer kept is a gap, too", async () => {
    const { client, subscription } = await subscribed({ from: { offset: 3, epoch: "e0" } }, { topic: "chat", epoch: "e1", offset: 7, recovered: false });

    assert.deepEqual(subscription.position, { epoch: "e1", offset: 7 });
    assert.equal((await subscription.ready()).recovered, false);
    client.close();
});

test("what the broker dropped is a gap", async () => {
    const { client, subscription, connection, sub } = await subscribed({ slow: "drop_oldest" });
    const gaps = collected(subscription, "gap");

    connection.say({ gap: { sub, epoch: "e1", from: 10, to: 20, dropped: 4 } });

    assert.deepEqual(gaps, [{ reason: "dropped", epoch: "e1", from: 10, to: 20, dropped: 4 }]);
    assert.equal(subscription.position.offset, 20);
    client.close();
});

test("ephemeral and kept last values pass beside the position", async () => {
    const { client, subscription, connection, sub } = await subscribed();
    const publications = collected(subscription, "publication");

    connection.say(pub(sub, 4, { retained: true }), pub(sub, undefined, { data: "typing" }), pub(sub, 10));

    assert.deepEqual(publications.map((each) => each.data), [4, "typing", 10]);
    assert.deepEqual(publications.map((each) => each.retained), [true, false, false]);
    assert.equal(subscription.position.offset, 11);
    client.close();
});

test("a refusal ends the subscription", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    const subscription = client.subscribe("*");
    const ended = collected(subscription, "ended");
    const connection = await broker.accept();

    await connection.refuse("subscribe", { code: 907, name: "pattern_invalid" });

    assert.equal((await rejection(subscription.ready())).name, "pattern_invalid");
    assert.equal(ended[0].name, "pattern_invalid");
    await assert.rejects(subscription[Symbol.asyncIterator]().next(), { code: 907 });
    client.close();
});

test("a temporary refusal is asked again a second later", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    const subscription = client.subscribe("chat.>");
    const connection = await broker.accept();
    await connection.refuse("subscribe", { code: 1, name: "busy", temporary: true });

    await broker.timers.advance(1000);
    await connection.answer("subscribe", { sub: connection.last("subscribe").id, topic: "chat", epoch: "e", offset: 0, recovered: true });

    assert.equal(connection.requests("subscribe").length, 2);
    assert.equal(subscription.state, "subscribed");
    client.close();
});

test("the broker may end a subscription", async () => {
    const { client, subscription, connection, sub } = await subscribed();
    connection.say(pub(sub, 10), { ended: { sub, code: 900, name: "topic_does_not_exist", message: "Gone." } });

    const iterator = subscription[Symbol.asyncIterator]();

    assert.equal((await iterator.next()).value.offset, 10);
    await assert.rejects(iterator.next(), { code: 900, name: "topic_does_not_exist" });
    client.close();
});

test("who does not read gets an error, after what fitted", async () => {
    const { client, subscription, connection, sub } = await subscribed({ queueMax: 2 });

    connection.say(pub(sub, 10), pub(sub, 11), pub(sub, 12));

    const iterator = subscription[Symbol.asyncIterator]();
    assert.equal((await iterator.next()).value.offset, 10);
    assert.equal((await iterator.next()).value.offset, 11);
    await assert.rejects(iterator.next(), { name: "subscriber_too_slow", code: 920 });
    assert.equal(connection.last("unsubscribe").unsubscribe.sub, sub);
    client.close();
});

test("a signal ends the loop", async () => {
    const abort = new AbortController();
    const { client, subscription, connection, sub } = await subscribed({ signal: abort.signal });
    const next = subscription[Symbol.asyncIterator]().next();

    abort.abort();

    assert.deepEqual(await next, { value: undefined, done: true });
    assert.equal(connection.last("unsubscribe").unsubscribe.sub, sub);
    client.close();
});

test("with a signal that is already aborted nothing is subscribed", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    const subscription = client.subscribe("chat.>", { signal: AbortSignal.abort() });

    const connection = await broker.accept();

    assert.equal(connection.requests("subscribe").length, 0);
    assert.equal(subscription.state, "ended");
    client.close();
});

test("a durable subscription acknowledges and rejects, and never drops what comes again", async () => {
    const { client, subscription, connection, sub } = await subscribed({ durable: "mine" });
    const publications = collected(subscription, "publication");
    connection.say(pub(sub, 10, { handle: "h1", delivery: 1 }), pub(sub, 11, { handle: "h2", delivery: 1 }), pub(sub, 10, { handle: "h3", delivery: 2 }));

    const ack = subscription.ack(publications[0]);
    const reject = rejection(subscription.reject([publications[1], publications[2]], { delayMs: 50 }));
    await settled();
    await connection.answer("ack", { results: [{}] });
    await connection.answer("reject", { results: [{}, { error: { code: 922, name: "not_acknowledgeable", message: "" } }] });

    assert.deepEqual(publications.map((each) => each.delivery), [1, 1, 2]);
    assert.deepEqual(connection.last("ack").ack, { sub, handles: ["h1"] });
    assert.deepEqual(connection.last("reject").reject, { sub, handles: ["h2", "h3"], delay_ms: 50 });
    await ack;
    assert.equal((await reject).name, "not_acknowledgeable");
    client.close();
});

test("an ack while there is no connection waits for the next one", async () => {
    const { broker, client, subscription, connection, sub } = await subscribed({ durable: "mine" });
    const publications = collected(subscription, "publication");
    connection.say(pub(sub, 10, { handle: "h1", delivery: 1 }));
    await connection.die();

    const ack = subscription.ack(publications[0]);
    await broker.timers.advance(500);
    const next = await broker.accept();
    await next.answer("subscribe", { sub: next.last("subscribe").id, topic: "chat", recovered: true });
    await next.answer("ack", { results: [{}] });

    await ack;
    assert.deepEqual(next.last("ack").ack, { sub: next.last("subscribe").id, handles: ["h1"] });
    assert.equal("from" in next.last("subscribe").subscribe, false);
    client.close();
});

test("members are kept up to date, also over a lost connection", async () => {
    const member = (name, state = {}) => ({ member: name, state, connections: 1, joined_at: 5 });
    const { broker, client, subscription, connection, sub } = await subscribed({ presence: true, member: "ann" },
        { topic: "chat", epoch: "e1", offset: 0, recovered: true, members: [member("ann"), member("bob")] });
    const changes = collected(subscription, "presence");
    const names = () => [...subscription.members.keys()].sort();
    assert.deepEqual(names(), ["ann", "bob"]);

    connection.say({ presence: { sub, joined: [member("cid")], left: ["bob"], updated: [member("ann", { away: true })] } });
    assert.deepEqual(names(), ["ann", "cid"]);
    assert.deepEqual(subscription.members.get("ann").state, { away: true });

    await reconnected(broker, { epoch: "e1", offset: 0, recovered: true, members: [member("ann", { away: true }), member("dan")] });
    assert.deepEqual(names(), ["ann", "dan"]);
    const told = changes.at(-1);
    assert.deepEqual([told.joined, told.left, told.updated].map((list) => list.map((each) => each.member)), [["dan"], ["cid"], []]);
    client.close();
});

test("a member's state is told, and told again after a lost connection", async () => {
    const { broker, client, subscription, connection, sub } = await subscribed({ member: "ann", state: "here" });

    const change = subscription.setState("away");
    await connection.answer("state");
    await change;
    const next = await reconnected(broker, { epoch: "e1", offset: 10, recovered: true });

    assert.deepEqual(connection.last("state").state, { sub, state: "away" });
    assert.equal(next.request.state, "away");
    client.close();
});

test("a state that was set while the subscribe was on its way follows it", async () => {
    const broker = new FakeBroker();
    const client = broker.client();
    const subscription = client.subscribe("chat.>", { member: "ann", state: "here" });
    const connection = await broker.accept();
    subscription.setState("away");

    await connection.answer("subscribe", { sub: connection.last("subscribe").id, topic: "chat", recovered: true });

    assert.equal(connection.last("state").state.state, "away");
    client.close();
});

test("the position is behind what a loop has read, not behind what has arrived", async () => {
    const { client, subscription, connection, sub } = await subscribed();
    connection.say(pub(sub, 10), pub(sub, 12), pub(sub, 13));
    const iterator = subscription[Symbol.asyncIterator]();
    assert.deepEqual(subscription.position, { epoch: "e1", offset: 10 });

    await iterator.next();
    assert.deepEqual(subscription.position, { epoch: "e1", offset: 12 });
    await iterator.next();
    await iterator.next();

    assert.deepEqual(subscription.position, { epoch: "e1", offset: 14 });
    client.close();
});

test("the position of what has not been read keeps its epoch when offsets begin anew", async () => {
    const { broker, client, subscription, connection, sub } = await subscribed();
    connection.say(pub(sub, 10));

    const next = await reconnected(broker, { epoch: "e2", offset: 0, recovered: false });
    next.connection.say(pub(next.sub, 0));

    assert.deepEqual(subscription.position, { epoch: "e1", offset: 10 });
    const iterator = subscription[Symbol.asyncIterator]();
    await iterator.next();
    assert.deepEqual(subscription.position, { epoch: "e2", offset: 0 });
    client.close();
});

test("who was too slow may go on from the position without missing anything", async () => {
    const { client, subscription, connection, sub } = await subscribed({ queueMax: 2 });
    connection.say(pub(sub, 10), pub(sub, 11), pub(sub, 12), pub(sub, 13));

    const iterator = subscription[Symbol.asyncIterator]();
    for (let read = 0; read < 2; ++read) await iterator.next();
    await assert.rejects(iterator.next(), { name: "subscriber_too_slow" });

    assert.deepEqual(subscription.position, { epoch: "e1", offset: 12 });
    client.close();
});

test("a listener that keeps the position keeps it behind what it was given, also of what came before it", async () => {
    const { client, subscription, connection, sub } = await subscribed();
    connection.say(pub(sub, 10), pub(sub, 11));
    const kept = [];

    subscription.on("publication", () => kept.push(subscription.position.offset));
    connection.say(pub(sub, 12));

    assert.deepEqual(kept, [11, 12, 13]);
    client.close();
});

test("an ack that waits for a connection is given up in time, or by its signal", async () => {
    const { broker, client, subscription, connection, sub } = await subscribed({ durable: "mine" });
    const publications = collected(subscription, "publication");
    connection.say(pub(sub, 10, { handle: "h1", delivery: 1 }));
    await connection.die();
    const abort = new AbortController();

    const late = rejection(subscription.ack(publications[0], { timeoutMs: 300 }));
    const aborted = rejection(subscription.reject(publications[0], { signal: abort.signal, timeoutMs: Infinity }));
    abort.abort();
    await broker.timers.advance(300);

    assert.equal((await late).name, "timed_out");
    assert.equal((await aborted).name, "AbortError");
    const before = rejection(subscription.ack(publications[0], { signal: abort.signal }));
    assert.equal((await before).name, "AbortError");
    client.close();
    assert.equal(broker.timers.untilNext, Infinity);
});

test("an ack waits until the subscription is open again, not only the connection", async () => {
    const { broker, client, subscription, connection, sub } = await subscribed({ durable: "mine" });
    const publications = collected(subscription, "publication");
    connection.say(pub(sub, 10, { handle: "h1", delivery: 1 }));
    const next = await broker.reconnect();

    const ack = subscription.ack(publications[0]);
    await settled();
    assert.equal(next.requests("ack").length, 0);
    await next.answer("subscribe", { sub: next.last("subscribe").id, topic: "chat", recovered: true });
    await next.answer("ack", { results: [{}] });

    await ack;
    client.close();
});

test("nothing is recovered after the end", async () => {
    const { broker, client, subscription, connection, sub } = await subscribed();
    const recovered = collected(subscription, "recovered");
    connection.say(pub(sub, 10));
    const next = await reconnected(broker, { epoch: "e1", offset: 11, recovered: true }, 12);

    await Promise.all([subscription.unsubscribe(), next.connection.answer("unsubscribe")]);
    await next.tell();

    assert.deepEqual(recovered, []);
    client.close();
});
