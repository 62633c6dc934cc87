import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import http2 from "node:http2";
import { connect } from "node:net";
import test from "node:test";
import { promisify } from "node:util";
import { Broker } from "../../node/broker.js";

const run = promisify(execFile);
const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/// A session that is closed after the test.
async function open(test, broker) {
    const session = http2.connect(broker.url);
    session.on("error", () => {});
    test.after(() => session.destroy());
    await once(session, "connect");
    return session;
}

/// The answer to one request: its header fields and its body.
function ask(session, fields, body) {
    return new Promise((resolve, reject) => {
        const stream = session.request(fields);
        let headers;
        let text = "";
        stream.setEncoding("utf8");
        stream.on("response", (fields) => (headers = fields));
        stream.on("data", (data) => (text += data));
        stream.on("error", reject);
        stream.on("end", () => resolve({ status: headers?.[":status"], headers, text }));
        stream.end(body);
    });
}

function frame(type, flags, stream, payload = Buffer.alloc(0)) {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head[3] = type;
    head[4] = flags;
    head.writeUInt32BE(stream, 5);
    return Buffer.concat([head, payload]);
}

/// Everything that comes until the broker hangs up.
async function readToEnd(broker, ...pieces) {
    const { port } = new URL(broker.url);
    const socket = connect(Number(port), "127.0.0.1");
    const got = [];
    socket.on("data", (data) => got.push(data));
    socket.on("error", () => {});
    await once(socket, "connect");
    for (const piece of pieces) socket.write(piece);
    await once(socket, "end").catch(() => {});
    socket.destroy();
    return Buffer.concat(got);
}

test("HTTP/2 with prior knowledge", async (suite) => {
    const broker = await Broker.start(suite);

    await suite.test("serves the pages of the port", async (test) => {
        const session = await open(test, broker);
        const health = await ask(session, { ":path": "/health" });
        assert.equal(health.status, 200);
        assert.equal(JSON.parse(health.text).status, "ok");
        assert.equal((await ask(session, { ":path": "/nothing" })).status, 404);
        const metrics = await ask(session, { ":path": "/metrics" });
        assert.match(metrics.text, /tern_/);
        assert.equal(Number(metrics.headers["content-length"]), Buffer.byteLength(metrics.text));
        assert.equal((await ask(session, { ":path": "/health", ":method": "HEAD" })).text, "");
    });

    await suite.test("answers hundreds of commands at once on one connection, each with its own answer", async (test) => {
        const session = await open(test, broker);
        const publish = (i) => ask(session, { ":path": `/topics/many`, ":method": "POST" }, `message ${i}`);
        const answers = await Promise.all(Array.from({ length: 500 }, (_, i) => publish(i)));
        const offsets = answers.map(({ status, text }) => {
            assert.equal(status, 200);
            return JSON.parse(text).offset;
        });
        assert.deepEqual(offsets.sort((a, b) => a - b), Array.from({ length: 500 }, (_, i) => i));
    });

    await suite.test("takes a body of 200,000 bytes", async (test) => {
        const session = await open(test, broker);
        const answer = await ask(session, { ":path": "/topics/long", ":method": "POST" }, "x".repeat(200_000));
        assert.equal(answer.status, 200);
    });

    await suite.test("refuses what the guard refuses, and the connection goes on", async (test) => {
        const session = await open(test, broker);
        assert.equal((await ask(session, { ":path": "/health", ":authority": "elsewhere.example" })).status, 403);
        assert.equal((await ask(session, { ":path": "/health", ":method": "POST" }, "x".repeat(70000))).status, 413);
        assert.equal((await ask(session, { ":path": `/${"a".repeat(9000)}` })).status, 414);
        assert.equal((await ask(session, { ":path": "/ws" })).status, 426);
        assert.equal((await ask(session, { ":path": "/health" })).status, 200);
    });

    await suite.test("forgets a stream that is given up", async (test) => {
        const session = await open(test, broker);
        for (let i = 0; i < 50; ++i) {
            const stream = session.request({ ":path": "/topics/given-up", ":method": "POST" });
            stream.on("error", () => {});
            stream.write("half a body");
            stream.close(http2.constants.NGHTTP2_CANCEL);
            await once(stream, "close");
        }
        assert.equal((await ask(session, { ":path": "/health" })).status, 200);
    });

    await suite.test("ends a connection that opens and drops streams without end", async (test) => {
        const session = await open(test, broker);
        const goaway = once(session, "goaway");
        let over = false;
        session.on("close", () => (over = true));
        for (let i = 0; i < 5000 && !over && !session.destroyed && !session.closed; ++i) {
            const stream = session.request({ ":path": "/health" });
            stream.on("error", () => {});
            stream.close(http2.constants.NGHTTP2_CANCEL);
            if (i % 20 === 0) await new Promise(setImmediate);
        }
        const [code] = await goaway;
        assert.equal(code, http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
    });

    await suite.test("knows the preface in whatever pieces it comes, and HTTP/1.1 beside it", async () => {
        const settings = frame(4, 0, 0);
        const { port } = new URL(broker.url);
        const socket = connect(Number(port), "127.0.0.1");
        socket.setNoDelay(true);
        const got = [];
        socket.on("data", (data) => got.push(data));
        await once(socket, "connect");
        for (const byte of Buffer.concat([preface, settings, frame(6, 0, 0, Buffer.from("12345678"))])) {
            socket.write(Buffer.of(byte));
            await new Promise(setImmediate);
        }
        while (!Buffer.concat(got).includes("12345678")) await once(socket, "data");
        socket.destroy();

        const reply = await readToEnd(broker, "PUT /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assert.match(reply.toString(), /^HTTP\/1.1 405 /);
        const almost = await readToEnd(broker, "PRI * HTTP/2.0\r\n\r\nXX");
        assert.match(almost.toString(), /^HTTP\/1.1 505 /);
    });

    const settings = frame(4, 0, 0);
    const hostile = {
        "no settings": [preface, frame(6, 0, 0, Buffer.alloc(8))],
        "a frame that is too long": [preface, settings, Buffer.from("ffffff000000000001", "hex")],
        "data for no stream": [preface, settings, frame(0, 0, 1, Buffer.from("data"))],
        "a header block that means nothing": [preface, settings, frame(1, 5, 1, Buffer.alloc(20, 0xff))],
        "a window that overflows": [preface, settings, frame(8, 0, 0, Buffer.from("7fffffff", "hex"))],
        "a client that pushes": [preface, settings, frame(5, 4, 1, Buffer.from("0000000282", "hex"))],
        "settings of an impossible value": [preface, frame(4, 0, 0, Buffer.from("0004ffffffff", "hex"))],
    };
    for (const [name, pieces] of Object.entries(hostile)) {
        await suite.test(`ends cleanly after ${name}`, async () => {
            const got = await readToEnd(broker, ...pieces);
            // The last frame is a GOAWAY (type 7) with an error.
            let last;
            for (let at = 0; at < got.length; at += 9 + got.readUIntBE(at, 3)) last = got.subarray(at);
            assert.equal(last[3], 7);
            assert.notEqual(last.readUInt32BE(13), 0);
        });
    }

    await suite.test("serves curl", async () => {
        const curl = async (...words) => (await run("curl", ["-sS", "--http2-prior-knowledge", "-w", " %{http_code} %{http_version}", ...words])).stdout;
        assert.match(await curl(`${broker.url}/health`), /"status":"ok".* 200 2$/s);
        assert.match(await curl("-d", "hello", `${broker.url}/topics/curl`), /"offset":0.* 200 2$/s);
        assert.match(await curl("-H", "Expect: 100-continue", "-d", "x".repeat(5000), `${broker.url}/topics/curl`), /"offset":1.* 200 2$/s);
        assert.match(await curl("--http1.1", `${broker.url}/health`), / 200 1.1$/);
    });

    await suite.test("says goodbye when the broker stops", async (test) => {
        const session = await open(test, broker);
        await ask(session, { ":path": "/health" });
        const goaway = once(session, "goaway");
        await broker.stop();
        const [code] = await goaway;
        assert.equal(code, http2.constants.NGHTTP2_NO_ERROR);
        await broker.restart();
    });
});
