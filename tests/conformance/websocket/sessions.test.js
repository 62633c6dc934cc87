import assert from "node:assert/strict";
import { once } from "node:events";
import test from "node:test";
import { Broker } from "../../node/broker.js";
import { WebSocket } from "../../node/modules.js";
import { RawSocket, close, closePayload, frame, text } from "./raw_socket.js";

/// A session of the independent client: requests by their ids, pushes in their order.
class Session {
    #answers = new Map();
    #pushes = [];
    #wake = () => {};
    #ids = 0;

    static async open(test, broker, protocol = "tern.json.v1") {
        const session = new Session();
        session.socket = new WebSocket(broker.webSocketUrl, protocol);
        test.after(() => session.socket.terminate());
        session.closed = once(session.socket, "close").then(([code, reason]) => ({ code, reason: reason.toString() }));
        session.socket.on("message", (data) => {
            for (const line of data.toString().split("\n")) session.#take(JSON.parse(line));
        });
        session.socket.on("error", () => {});
        await once(session.socket, "open");
        return session;
    }
    #take(object) {
        if (object.id) {
            this.#answers.get(object.id)?.(object);
        } else if (!object.ping) {
            this.#pushes.push(object);
            this.#wake();
        }
    }
    /// The whole answer, error or not.
    ask(command, fields = {}) {
        const id = ++this.#ids;
        const answer = new Promise((resolve) => this.#answers.set(id, resolve));
        this.socket.send(JSON.stringify({ id, [command]: fields }));
        return answer;
    }
    async call(command, fields) {
        const answer = await this.ask(command, fields);
        assert.equal(answer.error, undefined, JSON.stringify(answer.error));
        return answer[command];
    }
    /// The next push of a kind; others are dropped.
    async next(kind) {
        for (;;) {
            while (this.#pushes.length === 0) await new Promise((resolve) => (this.#wake = resolve));
            const push = this.#pushes.shift();
            if (push[kind]) return push[kind];
        }
    }
}

test("JSON sessions", async (suite) => {
    const broker = await Broker.start(suite);

    await suite.test("are told the broker and its limits", async (test) => {
        const session = await Session.open(test, broker);
        const { broker: name, ping_ms, limits } = await session.call("connect", { client: "conformance/1" });
        assert.match(name, /^tern/i);
        assert.equal(ping_ms, 25000);
        assert.ok(limits.message_bytes_max > 0);
    });

    await suite.test("answer what they cannot do, and go on", async (test) => {
        const session = await Session.open(test, broker);
        const { error } = await session.ask("fly");
        assert.equal(error.name, "unknown_request");
        assert.equal(error.temporary, false);
        assert.deepEqual(await session.call("ping"), {});
    });

    await suite.test("answer nothing to requests without an id", async (test) => {
        const session = await Session.open(test, broker);
        session.socket.send('{"fly":{}}\n{"ping":{}}');
        assert.deepEqual(await session.ask("ping"), { id: 1, ping: {} });
    });

    for (const line of ["hello", "[1]", '{"id":"1","ping":{}}', '{"id":1,"ping":{}'])
        await suite.test(`end with 4500 at what is no request: ${line}`, async (test) => {
            const session = await Session.open(test, broker);
            session.socket.send(line);
            assert.equal((await session.closed).code, 4500);
        });

    await suite.test("publish to each other, with everything that a publication has", async (test) => {
        const [one, two] = [await Session.open(test, broker), await Session.open(test, broker)];
        const subscribed = await two.call("subscribe", { pattern: "greetings.>" });
        assert.equal(subscribed.topic, "greetings");
        const published = await one.call("publish", {
            subject: "greetings.world", data: { hello: ["w\u00f6rld", 1.5, null] }, attributes: { colour: "red", size: { type: "Number", value: "3" } },
        });
        const pub = await two.next("pub");

        assert.equal(pub.sub, subscribed.sub);
        assert.equal(pub.subject, "greetings.world");
        assert.deepEqual(pub.data, { hello: ["w\u00f6rld", 1.5, null] });
        assert.deepEqual(pub.attributes, { colour: { type: "String", value: "red" }, size: { type: "Number", value: "3" } });
        assert.equal(pub.id, published.id);
        assert.equal(pub.offset, published.offset);
        assert.equal(subscribed.epoch, published.epoch);
    });

    await suite.test("get text as text and bytes as base64", async (test) => {
        const session = await Session.open(test, broker);
        await session.call("subscribe", { pattern: "kinds" });
        await session.call("publish", [
            { subject: "kinds", text: "not JSON\nbut two lines" },
            { subject: "kinds", base64: "/wD+" },
            { subject: "kinds", text: "" },
        ]);
        assert.equal((await session.next("pub")).text, "not JSON\nbut two lines");
        assert.equal((await session.next("pub")).base64, "/wD+");
    });

    await suite.test("refuse names that are longer than any can be, and those of the broker's own queues", async (test) => {
        const session = await Session.open(test, broker);
        const name = "n".repeat(600);
        const error = async (command, fields) => (await session.ask(command, fields)).error?.name;
        assert.equal(await error("send", { queue: name, body: "x" }), "queue_name_invalid");
        assert.equal(await error("receive", { queue: "q", namespace: name }), "namespace_invalid");
        assert.equal(
            await error("subscribe", { pattern: "t", durable: "d", dead_letter_queue: name }),
            "subscription_setting_invalid",
        );
        await session.call("subscribe", { pattern: "secrets.>", durable: "keeper" });
        assert.equal(await error("receive", { queue: "1/keeper", namespace: "~durable/" }), "namespace_invalid");
    });
    await suite.test("let others have their turn, however much one message asks for", async (test) => {
        const busy = await Session.open(test, broker);
        const other = await Session.open(test, broker);
        for (let i = 0; i < 11; ++i) {
            await busy.call("publish", Array.from({ length: 1000 }, () => ({ subject: "long.log", data: i })));
        }
        const search = JSON.stringify({ history: { pattern: "long.none" } });
        let done = false;
        busy.socket.send(Array(300).fill(search).join("\n"));
        const last = busy.call("ping").then(() => (done = true));
        await other.call("ping");
        const { publications, next_offset, more } = await other.call("history", { pattern: "long.none" });
        assert.equal(done, false);
        assert.deepEqual([publications, next_offset, more], [[], 10_000, true]);
        await last;
    });
    await suite.test("unsubscribe", async (test) => {
        const session = await Session.open(test, broker);
        const first = await session.call("subscribe", { pattern: "off.one" });
        await session.call("subscribe", { pattern: "off.two" });
        await session.call("unsubscribe", { sub: first.sub });
        await session.call("publish", [{ subject: "off.one", data: 1 }, { subject: "off.two", data: 2 }]);
        assert.equal((await session.next("pub")).data, 2);
    });

    await suite.test("keep the order of what is published by one", async (test) => {
        const [publisher, subscriber] = [await Session.open(test, broker), await Session.open(test, broker)];
        await subscriber.call("subscribe", { pattern: "order" });
        const count = 10_000;
        for (let i = 0; i < count; ++i) publisher.socket.send(JSON.stringify({ publish: { subject: "order", data: i } }));
        for (let i = 0; i < count; ++i) assert.equal((await subscriber.next("pub")).data, i);
    });
});

test("publishing over HTTP", async (suite) => {
    const broker = await Broker.start(suite);
    const post = (path, body, headers = {}) => fetch(`${broker.url}${path}`, { method: "POST", body, headers });

    await suite.test("any body, attributes and a subject from the path", async (test) => {
        const session = await Session.open(test, broker);
        await session.call("subscribe", { pattern: "curl.>" });
        const response = await post("/topics/curl/room.42", '{"a":1}', { "Tern-Attribute-colour": "red" });
        assert.equal(response.status, 200);
        const answer = await response.json();
        const pub = await session.next("pub");
        assert.deepEqual(pub.data, { a: 1 });
        assert.equal(pub.subject, "curl.room.42");
        assert.equal(pub.attributes.colour.value, "red");
        assert.equal(pub.id, answer.id);
        assert.equal(pub.offset, answer.offset);
    });

    await suite.test("a key makes it safe to repeat", async () => {
        const first = await (await post("/topics/keyed", "1", { "Tern-Key": "k1" })).json();
        const again = await (await post("/topics/keyed", "1", { "Tern-Key": "k1" })).json();
        assert.equal(again.offset, first.offset);
        assert.equal(again.duplicate, true);
    });

    await suite.test("refusals are JSON with a status that fits", async () => {
        for (const [path, body, status, name] of [
            ["/topics/bad%20name", "x", 400, "topic_name_invalid"],
            ["/topics/good/bad%20rest", "x", 400, "subject_invalid"],
            ["/topics/t?colour=red", "x", 400, "request_malformed"],
            ["/topics/t", "", 400, "publication_empty"],
        ]) {
            const response = await post(path, body);
            assert.equal(response.status, status, path);
            assert.equal((await response.json()).error.name, name);
        }
        assert.equal((await fetch(`${broker.url}/topics/t`)).status, 405);
        const unnamed = await post("/topics/t", "x", { "Tern-Attribute-": "red" });
        assert.equal((await unnamed.json()).error.name, "attribute_name_invalid");
    });

    await suite.test("is closed to pages of elsewhere", async () => {
        assert.equal((await post("/topics/t", "x", { Origin: "https://evil.example" })).status, 403);
        assert.equal((await post("/topics/t", "x", { Origin: "http://localhost:3000" })).status, 200);
    });

    await suite.test("keeps the order of pipelined requests", async (test) => {
        const raw = new RawSocket(broker);
        test.after(() => raw.socket.destroy());
        const publish = "POST /topics/piped HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n";
        raw.send(publish, "1", "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", publish, "2");
        const bodies = [];
        for (let i = 0; i < 3; ++i) bodies.push(await raw.readBody(Number((await raw.readHeader()).fields["content-length"])));
        const [first, health, second] = bodies.map((body) => JSON.parse(body));
        assert.equal(health.status, "ok");
        assert.equal(second.offset, first.offset + 1);
    });

    await suite.test("waits for 100-continue", async (test) => {
        const raw = new RawSocket(broker);
        test.after(() => raw.socket.destroy());
        raw.send("POST /topics/continued HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
        assert.equal((await raw.readHeader()).status, 100);
        raw.send("hi");
        assert.equal((await raw.readHeader()).status, 200);
    });

    await suite.test("refuses what is too long before it comes", async (test) => {
        const raw = new RawSocket(broker);
        test.after(() => raw.socket.destroy());
        raw.send(`POST /topics/t HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${32 << 20}\r\nExpect: 100-continue\r\n\r\n`);
        assert.equal((await raw.readHeader()).status, 413);
    });
});

test("peers that do not behave", async (suite) => {
    await suite.test("too many requests a second: 4003", async (test) => {
        const broker = await Broker.start(test, ["--websocket-requests-per-second-max", "100"]);
        const session = await Session.open(test, broker);
        for (let i = 0; i < 1000; ++i) session.socket.send('{"ping":{}}');
        assert.equal((await session.closed).code, 4003);
    });

    await suite.test("one that reads nothing is read no further, and costs a bounded amount of memory", async (test) => {
        const broker = await Broker.start(test);
        const raw = await RawSocket.open(test, broker);
        raw.socket.pause();
        const line = frame(text, Array.from({ length: 500 }, (_, i) => `{"id":${i + 1},"connect":{}}`).join("\n"));
        // Far more than sockets hold and than the broker takes: writing stops.
        let written = 0;
        while (written < 64 << 20 && raw.socket.write(line)) written += line.length;
        const taken = await settled(async () => await sample(broker, 'tern_received_bytes_total{port="websocket"}'));
        assert.ok(taken < 16 << 20, `${taken} bytes were taken`);
        // Sanitizers use several times as much.
        if (!process.env.TERN_SANITIZED) assert.ok((await sample(broker, "tern_process_anonymous_memory_bytes")) < 100 << 20);
        const other = await Session.open(test, broker);
        assert.deepEqual(await other.call("ping"), {});
        raw.socket.destroy();
    });

    await suite.test("one that hangs up in the middle of a frame is forgotten", async (test) => {
        const broker = await Broker.start(test);
        const raw = await RawSocket.open(test, broker);
        raw.send(frame(text, '{"id":1,"ping":{}}').subarray(0, 10));
        raw.socket.destroy();
        await until(async () => (await sample(broker, 'tern_connections{port="websocket"}')) === 0);
    });

    await suite.test("one that does not answer the closing handshake is cut", async (test) => {
        const broker = await Broker.start(test);
        const raw = await RawSocket.open(test, broker);
        raw.send(frame(text, "hello"));
        assert.equal(await raw.closeCode(), 4500);
        await raw.ended();
    });

    await suite.test("the broker stops: 4000, and it does not wait for those who say nothing", async (test) => {
        const broker = await Broker.start(test);
        const polite = await Session.open(test, broker);
        const raw = await RawSocket.open(test, broker);
        broker.stop();
        assert.equal((await polite.closed).code, 4000);
        assert.equal(await raw.closeCode(), 4000);
        await raw.ended();
    });
});

/// One value of the metrics.
async function sample(broker, name) {
    const text = await (await fetch(`${broker.url}/metrics`)).text();
    const line = text.split("\n").find((each) => each.startsWith(`${name} `));
    return Number(line?.slice(name.length + 1));
}
async function until(condition) {
    while (!(await condition())) await new Promise(setImmediate);
}
/// A number that has stopped to change.
async function settled(read) {
    for (let before = -1, same = 0; ; ) {
        const now = await read();
        same = now === before ? same + 1 : 0;
        if (same === 200) return now;
        before = now;
    }
}
