import assert from "node:assert/strict";
import { once } from "node:events";
import test from "node:test";
import { Broker } from "../../node/broker.js";
import { WebSocket } from "../../node/modules.js";
import { RawSocket, frame, goodRequest, request, text } from "./raw_socket.js";

test("the opening handshake", async (suite) => {
    const broker = await Broker.start(suite);
    const { host } = new URL(broker.url);

    await suite.test("is answered as RFC 6455 shows it, without a subprotocol that nobody asked for", async (test) => {
        const { answer } = await RawSocket.open(test, broker);

        assert.equal(answer.status, 101);
        assert.equal(answer.fields["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert.equal(answer.fields["upgrade"].toLowerCase(), "websocket");
        assert.equal(answer.fields["connection"].toLowerCase(), "upgrade");
        assert.equal(answer.fields["sec-websocket-protocol"], undefined);
        assert.equal(answer.fields["sec-websocket-extensions"], undefined);
    });

    await suite.test("takes tokens in any case and in lists", async (test) => {
        const { answer } = await RawSocket.open(test, broker, { Upgrade: "h2c, WebSocket", Connection: "keep-alive, UPGRADE" });
        assert.equal(answer.status, 101);
    });

    await suite.test("offers no compression, whatever is asked for", async (test) => {
        const { answer } = await RawSocket.open(test, broker, { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits" });
        assert.equal(answer.status, 101);
        assert.equal(answer.fields["sec-websocket-extensions"], undefined);
    });

    await suite.test("may be followed by frames at once", async (test) => {
        const raw = await RawSocket.open(test, broker, {}, { behind: frame(text, '{"id":1,"ping":{}}') });
        assert.deepEqual(await raw.readObject(), { id: 1, ping: {} });
    });

    await suite.test("may follow other requests on the connection", async (test) => {
        const raw = new RawSocket(broker);
        test.after(() => raw.socket.destroy());
        raw.send(request("GET", "/health", { Host: "localhost" }), request("GET", "/ws", goodRequest));
        const health = await raw.readHeader();
        assert.equal(health.status, 200);
        await raw.readBody(Number(health.fields["content-length"]));
        assert.equal((await raw.readHeader()).status, 101);
    });

    const bad = [
        ["no Upgrade", { Upgrade: undefined }, 426],
        ["another upgrade", { Upgrade: "h2c" }, 426],
        ["no Connection", { Connection: undefined }, 400],
        ["a Connection that does not upgrade", { Connection: "keep-alive" }, 400],
        ["no version", { "Sec-WebSocket-Version": undefined }, 400],
        ["an old version", { "Sec-WebSocket-Version": "8" }, 426],
        ["two versions", { "Sec-WebSocket-Version": ["13", "13"] }, 426],
        ["no key", { "Sec-WebSocket-Key": undefined }, 400],
        ["a short key", { "Sec-WebSocket-Key": "c2hvcnQ=" }, 400],
        ["a long key", { "Sec-WebSocket-Key": Buffer.alloc(17).toString("base64") }, 400],
        ["a key that is not base64", { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZ!==" }, 400],
        ["two keys", { "Sec-WebSocket-Key": [goodRequest["Sec-WebSocket-Key"], goodRequest["Sec-WebSocket-Key"]] }, 400],
        ["an unknown subprotocol", { "Sec-WebSocket-Protocol": "graphql-ws" }, 400],
        ["a body", { "Content-Length": "1" }, 400, "x"],
        ["no Host", { Host: undefined }, 400],
        ["another Host", { Host: "evil.example" }, 403],
    ];
    for (const [name, fields, status, behind] of bad) {
        await suite.test(`is refused with ${name}`, async (test) => {
            const { answer } = await RawSocket.open(test, broker, fields, { behind });
            assert.equal(answer.status, status);
            if (status === 426) assert.equal(answer.fields["sec-websocket-version"], "13");
        });
    }

    await suite.test("is refused with HTTP/1.0 and with POST", async (test) => {
        for (const bytes of [request("GET", "/ws", goodRequest, "1.0"), request("POST", "/ws", goodRequest)]) {
            const raw = new RawSocket(broker);
            test.after(() => raw.socket.destroy());
            raw.send(bytes);
            assert.equal((await raw.readHeader()).status, 400);
        }
    });

    await suite.test("goes on after a refusal", async (test) => {
        const raw = await RawSocket.open(test, broker, { "Sec-WebSocket-Version": "12" });
        await raw.readBody(Number(raw.answer.fields["content-length"]));
        raw.send(request("GET", "/ws", goodRequest));
        assert.equal((await raw.readHeader()).status, 101);
    });

    const origins = [
        [undefined, 101],
        [`http://${host}`, 101],
        ["http://localhost:3000", 101],
        ["http://127.0.0.1", 101],
        ["https://[::1]:8443", 101],
        ["https://evil.example", 403],
        ["http://127.0.0.1.evil.example", 403],
        ["http://localhost.evil.example", 403],
        ["null", 403],
        ["", 403],
        ["file://", 403],
    ];
    for (const [origin, status] of origins) {
        await suite.test(`${status === 101 ? "is open to" : "is closed to"} pages of ${origin ?? "no browser"}`, async (test) => {
            const { answer } = await RawSocket.open(test, broker, { Host: host, Origin: origin });
            assert.equal(answer.status, status);
        });
    }

    const choices = [
        [["tern.json.v1"], "tern.json.v1"],
        [["tern.fbs.v1"], "tern.fbs.v1"],
        [["tern.fbs.v1", "tern.json.v1"], "tern.fbs.v1"],
        [["tern.json.v2", "tern.json.v1"], "tern.json.v1"],
    ];
    for (const [offered, chosen] of choices) {
        await suite.test(`chooses ${chosen} of ${offered}`, async (test) => {
            const socket = new WebSocket(broker.webSocketUrl, offered);
            test.after(() => socket.terminate());
            await once(socket, "open");
            assert.equal(socket.protocol, chosen);
        });
    }
});

test("settings of the handshake", async (suite) => {
    await suite.test("more origins", async (test) => {
        const broker = await Broker.start(test, ["--http-allowed-origins", "https://app.example,http://other.example:8080"]);
        for (const [origin, status] of [["https://app.example", 101], ["http://other.example:8080", 101], ["http://other.example", 403]]) {
            const { answer } = await RawSocket.open(test, broker, { Origin: origin });
            assert.equal(answer.status, status, origin);
        }
    });

    await suite.test("as many connections as the limit allows, and a place again when one has left", async (test) => {
        const broker = await Broker.start(test, ["--websocket-connections-max", "2"]);
        const first = await RawSocket.open(test, broker);
        await RawSocket.open(test, broker);
        const third = await RawSocket.open(test, broker);
        assert.equal(third.answer.status, 503);
        assert.ok(Number(third.answer.fields["retry-after"]) > 0);

        first.socket.destroy();
        let status = 503;
        while (status === 503) ({ answer: { status } } = await RawSocket.open(test, broker));
        assert.equal(status, 101);
    });
});
