import assert from "node:assert/strict";
import test from "node:test";
import { Broker } from "../../node/broker.js";
import { RawSocket, binary, close, closePayload, continuation, frame, ping, pong, text } from "./raw_socket.js";

const mebibyte = 1 << 20;
const pingRequest = '{"id":1,"ping":{}}';

test("frames of RFC 6455", async (suite) => {
    const broker = await Broker.start(suite, ["--websocket-message-bytes-max", "65536"]);

    const answersPing = async (raw) => assert.deepEqual(await raw.readObject(), { id: 1, ping: {} });
    const good = [
        ["one frame", [frame(text, pingRequest)]],
        ["fragments", [frame(text, '{"id":1', { last: false }), frame(continuation, ',"ping"', { last: false }), frame(continuation, ":{}}")]],
        ["empty fragments", [frame(text, "", { last: false }), frame(continuation, pingRequest, { last: false }), frame(continuation, "")]],
        ["a frame a byte", [frame(text, "", { last: false }), ...[...pingRequest].map((c) => frame(continuation, c, { last: false })), frame(continuation, "")]],
        ["a length of 16 bits", [frame(text, pingRequest + " ".repeat(200))]],
        ["a length of 64 bits", [frame(text, pingRequest + " ".repeat(65518))]],
        ["an empty message before", [frame(text, ""), frame(text, pingRequest)]],
        ["an unasked pong before", [frame(pong, "unasked"), frame(text, pingRequest)]],
        ["line ends around", [frame(text, `\n\r\n${pingRequest}\n\n`)]],
    ];
    for (const [name, frames] of good) {
        await suite.test(`a message: ${name}`, async (test) => {
            const raw = await RawSocket.open(test, broker);
            raw.send(...frames);
            await answersPing(raw);
        });
    }

    await suite.test("bytes one by one", async (test) => {
        const raw = await RawSocket.open(test, broker);
        raw.socket.setNoDelay(true);
        for (const byte of frame(text, pingRequest)) {
            raw.send([byte]);
            await new Promise(setImmediate);
        }
        await answersPing(raw);
    });

    await suite.test("what the broker sends is not masked, whole, and text", async (test) => {
        const raw = await RawSocket.open(test, broker);
        raw.send(frame(text, pingRequest));
        const answer = await raw.readFrame();
        assert.equal(answer.first, 0x81);
        assert.equal(answer.masked, false);
    });

    await suite.test("several requests in one message and in several", async (test) => {
        const raw = await RawSocket.open(test, broker);
        raw.send(frame(text, '{"id":1,"ping":{}}\n{"id":2,"ping":{}}'), frame(text, '{"id":3,"ping":{}}'));
        const ids = [];
        while (ids.length < 3) ids.push(...(await raw.readObjects()).map(({ id }) => id));
        assert.deepEqual(ids, [1, 2, 3]);
    });

    for (const payload of ["", "x", "x".repeat(125)]) {
        await suite.test(`a ping of ${payload.length} bytes comes back as a pong`, async (test) => {
            const raw = await RawSocket.open(test, broker);
            raw.send(frame(ping, payload));
            const answer = await raw.readFrame();
            assert.equal(answer.first, 0x80 | pong);
            assert.equal(answer.payload.toString(), payload);
        });
    }

    await suite.test("a ping between fragments is answered before the message is whole", async (test) => {
        const raw = await RawSocket.open(test, broker);
        raw.send(frame(text, '{"id":1,', { last: false }), frame(ping, "now"));
        assert.equal((await raw.readFrame()).payload.toString(), "now");
        raw.send(frame(pong, "unasked"), frame(continuation, '"ping":{}}'));
        await answersPing(raw);
    });

    await suite.test("10,000 pings in one go are all answered, in order", async (test) => {
        const raw = await RawSocket.open(test, broker);
        const count = 10_000;
        raw.send(...Array.from({ length: count }, (_, i) => frame(ping, String(i))));
        for (let i = 0; i < count; ++i) assert.equal((await raw.readFrame()).payload.toString(), String(i));
    });

    const utf8 = "\u00e9\u20ac\u{1f600}";
    await suite.test("UTF-8 may be cut anywhere between fragments", async (test) => {
        const raw = await RawSocket.open(test, broker);
        const bytes = Buffer.from(`{"id":1,"fly${utf8}":{}}`);
        raw.send(frame(text, "", { last: false }), ...[...bytes].map((byte) => frame(continuation, [byte], { last: false })), frame(continuation, ""));
        const { error } = await raw.readObject();
        assert.ok(error.message.includes(`fly${utf8}`), error.message);
    });

    const broken = [
        ["not UTF-8", [frame(text, [0xc3, 0x28])], 1007],
        ["UTF-8 that is cut off", [frame(text, [0xe2, 0x82])], 1007],
        ["overlong UTF-8", [frame(text, [0xc0, 0xaf])], 1007],
        ["a surrogate in UTF-8", [frame(text, [0xed, 0xa0, 0x80])], 1007],
        ["beyond U+10FFFF", [frame(text, [0xf4, 0x90, 0x80, 0x80])], 1007],
        ["not UTF-8 across fragments", [frame(text, [0xe2], { last: false }), frame(continuation, [0x28])], 1007],
        ["not UTF-8, told before the message is whole", [frame(text, [0xff], { last: false })], 1007],
        ["an unmasked frame", [frame(text, pingRequest, { masked: false })], 1002],
        ["an unmasked ping", [frame(ping, "", { masked: false })], 1002],
        ["reserved bit 1", [frame(text, pingRequest, { reserved: 4 })], 1002],
        ["reserved bit 2", [frame(text, pingRequest, { reserved: 2 })], 1002],
        ["reserved bit 3", [frame(text, pingRequest, { reserved: 1 })], 1002],
        ["a reserved bit on a ping", [frame(ping, "", { reserved: 4 })], 1002],
        ...[3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf].map((opcode) => [`the reserved opcode ${opcode}`, [frame(opcode, "")], 1002]),
        ["a ping in fragments", [frame(ping, "x", { last: false })], 1002],
        ["a ping of 126 bytes", [frame(ping, "x".repeat(126))], 1002],
        ["a close frame of 126 bytes", [frame(close, closePayload(1000, "x".repeat(124)))], 1002],
        ["a continuation of nothing", [frame(continuation, "x")], 1002],
        ["a message within a message", [frame(text, "x", { last: false }), frame(text, "y")], 1002],
        ["a continuation after the end", [frame(text, "{", { last: false }), frame(continuation, "}"), frame(continuation, "x")], 1002],
        ["a binary message", [frame(binary, pingRequest)], 1003],
        ["a message that is too long", [frame(text, " ".repeat(65537))], 1009],
        ["a length that is too long, before the message comes", [frame(text, "", { length: 2 ** 40 })], 1009],
        ["fragments that are too long together", [frame(text, " ".repeat(40000), { last: false }), frame(continuation, " ".repeat(40000))], 1009],
    ];
    for (const [name, frames, code] of broken) {
        await suite.test(`${name}: ${code}`, async (test) => {
            const raw = await RawSocket.open(test, broker);
            raw.send(...frames);
            assert.equal(await raw.closeCode(), code);
            raw.socket.end();
            await raw.ended();
        });
    }

    for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]) {
        await suite.test(`close ${code} is answered with the same code`, async (test) => {
            const raw = await RawSocket.open(test, broker);
            raw.send(frame(close, closePayload(code, "bye")));
            assert.equal(await raw.closeCode(), code);
            await raw.ended();
        });
    }
    for (const code of [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999]) {
        await suite.test(`close ${code} is against the rules`, async (test) => {
            const raw = await RawSocket.open(test, broker);
            raw.send(frame(close, closePayload(code)));
            assert.equal(await raw.closeCode(), 1002);
        });
    }
    await suite.test("close without a code is answered", async (test) => {
        const raw = await RawSocket.open(test, broker);
        raw.send(frame(close));
        assert.ok([undefined, 1000].includes(await raw.closeCode()));
        await raw.ended();
    });
    await suite.test("close with half a code, and with a reason that is not UTF-8, is against the rules", async (test) => {
        for (const payload of [[0x03], [0x03, 0xe8, 0xff]]) {
            const raw = await RawSocket.open(test, broker);
            raw.send(frame(close, payload));
            assert.ok([1002, 1007].includes(await raw.closeCode()));
        }
    });
    await suite.test("what follows a close frame is not executed", async (test) => {
        const raw = await RawSocket.open(test, broker);
        raw.send(frame(close, closePayload(1000)), frame(text, pingRequest), frame(ping, "x"));
        assert.equal((await raw.readFrame()).opcode, close);
        await raw.ended();
    });
});

test("all unfinished messages together are bounded, and only who goes beyond is closed", async (t) => {
    const broker = await Broker.start(t);
    const part = frame(text, "x".repeat(mebibyte), { last: false });
    const more = frame(continuation, "x".repeat(mebibyte), { last: false });
    const all = await Promise.all(Array.from({ length: 15 }, () => RawSocket.open(t, broker)));

    // 15 clients with 19 MiB each, of which 256 MiB are allowed.
    const ends = all.map(async (raw) => {
        raw.send(part, ...Array.from({ length: 18 }, () => more));
        const { opcode, payload } = await raw.readFrame();
        return { opcode, code: payload.readUInt16BE(0), reason: payload.subarray(2).toString() };
    });
    assert.deepEqual(await Promise.race(ends), { opcode: close, code: 4004, reason: "overloaded" });
    const raw = await RawSocket.open(t, broker);
    raw.send(frame(text, pingRequest));
    assert.deepEqual(await raw.readObject(), { id: 1, ping: {} });

    for (const each of all) each.socket.destroy();
    await Promise.allSettled(ends);
});
