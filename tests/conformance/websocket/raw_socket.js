import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";

export const text = 0x1, binary = 0x2, close = 0x8, ping = 0x9, pong = 0xa, continuation = 0x0;

/// The payload of a close frame.
export function closePayload(code, reason = "") {
    const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
    payload.writeUInt16BE(code);
    payload.write(reason, 2);
    return payload;
}

/// A frame as a client sends it; `wrong` says which rules it breaks.
export function frame(opcode, payload = "", { last = true, masked = true, reserved = 0, length } = {}) {
    const bytes = Buffer.from(payload);
    const size = length ?? bytes.length;
    const header = Buffer.alloc(size < 126 ? 2 : size < 65536 ? 4 : 10);
    header[0] = (last ? 0x80 : 0) | (reserved << 4) | opcode;
    header[1] = masked ? 0x80 : 0;
    if (size < 126) header[1] |= size;
    else if (size < 65536) (header[1] |= 126), header.writeUInt16BE(size, 2);
    else (header[1] |= 127), header.writeBigUInt64BE(BigInt(size), 2);
    if (!masked) return Buffer.concat([header, bytes]);
    const key = randomBytes(4);
    for (let i = 0; i < bytes.length; ++i) bytes[i] ^= key[i % 4];
    return Buffer.concat([header, key, bytes]);
}

export const goodRequest = {
    Host: "127.0.0.1",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
};

/// A socket that speaks HTTP and WebSocket byte by byte, and so can break every rule.
export class RawSocket {
    #received = Buffer.alloc(0);
    #more = () => {};
    #ended = false;

    constructor(broker) {
        const { hostname, port } = new URL(broker.url);
        this.socket = connect(Number(port), hostname);
        this.socket.on("data", (bytes) => {
            this.#received = Buffer.concat([this.#received, bytes]);
            this.#more();
        });
        this.socket.on("error", () => {});
        this.socket.on("close", () => {
            this.#ended = true;
            this.#more();
        });
    }

    /// One that is destroyed after the test, and whose handshake is done unless `fields` spoil it.
    static async open(test, broker, fields = {}, { path = "/ws", behind = "" } = {}) {
        const raw = new RawSocket(broker);
        test.after(() => raw.socket.destroy());
        await once(raw.socket, "connect");
        raw.send(request("GET", path, { ...goodRequest, ...fields }), behind);
        raw.answer = await raw.readHeader();
        return raw;
    }

    send(...pieces) {
        this.socket.write(Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
    }

    async #until(enough) {
        for (;;) {
            const result = enough(this.#received);
            if (result) {
                this.#received = this.#received.subarray(result.bytes);
                return result;
            }
            if (this.#ended) throw new Error("the connection ended");
            await new Promise((resolve) => (this.#more = resolve));
        }
    }

    /// The header of an answer: status, and fields by their names in small letters.
    async readHeader() {
        const { header } = await this.#until((received) => {
            const end = received.indexOf("\r\n\r\n");
            return end < 0 ? undefined : { bytes: end + 4, header: received.subarray(0, end).toString("latin1") };
        });
        const [line, ...lines] = header.split("\r\n");
        const fields = Object.fromEntries(lines.map((each) => [each.split(":")[0].toLowerCase(), each.slice(each.indexOf(":") + 1).trim()]));
        return { status: Number(line.split(" ")[1]), fields };
    }
    async readBody(count) {
        return (await this.#until((received) => (received.length < count ? undefined : { bytes: count, body: received.subarray(0, count).toString() }))).body;
    }

    /// The next frame of the broker's.
    async readFrame() {
        return await this.#until((received) => {
            if (received.length < 2) return undefined;
            const short = received[1] & 0x7f;
            const at = short < 126 ? 2 : short === 126 ? 4 : 10;
            if (received.length < at) return undefined;
            const size = short < 126 ? short : short === 126 ? received.readUInt16BE(2) : Number(received.readBigUInt64BE(2));
            if (received.length < at + size) return undefined;
            const payload = Buffer.from(received.subarray(at, at + size));
            return { bytes: at + size, first: received[0], opcode: received[0] & 0xf, masked: (received[1] & 0x80) !== 0, payload };
        });
    }
    /// The JSON objects of the next message.
    async readObjects() {
        const { opcode, payload } = await this.readFrame();
        if (opcode !== text) throw new Error(`a text is expected, not ${opcode}: ${payload}`);
        return payload.toString().split("\n").map((line) => JSON.parse(line));
    }
    async readObject() {
        return (await this.readObjects())[0];
    }
    /// The code with which the broker closes; what comes before is passed over.
    async closeCode() {
        for (;;) {
            const { opcode, payload } = await this.readFrame();
            if (opcode === close) return payload.length < 2 ? undefined : payload.readUInt16BE();
        }
    }
    async ended() {
        while (!this.#ended) await new Promise((resolve) => (this.#more = resolve));
    }
    get hasEnded() {
        return this.#ended;
    }
    sendObject(object) {
        this.send(frame(text, JSON.stringify(object)));
    }
}

export function request(method, path, fields, version = "1.1") {
    const lines = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [value].flat().map((each) => `${name}: ${each}\r\n`)));
    return `${method} ${path} HTTP/${version}\r\n${lines.join("")}\r\n`;
}
