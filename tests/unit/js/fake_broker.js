import { Client } from "../../../clients/js/dist/tern.js";
import { ManualTimers, settled } from "./manual_timers.js";

export { settled };

/// One connection as the broker's end sees it.
class FakeConnection {
    received = [];
    readyState = 0;
    closedWith = undefined;

    constructor(url, protocols) {
        this.url = url;
        this.protocols = protocols;
    }

    // The client's end, as of a WebSocket.
    send(text) {
        this.received.push(...text.split("\n").map((line) => JSON.parse(line)));
    }
    close(code) {
        this.readyState = 3;
        this.closedWith = code;
    }

    // The broker's end.
    open() {
        this.readyState = 1;
        this.onopen?.({});
    }
    say(...messages) {
        this.onmessage?.({ data: messages.map((message) => JSON.stringify(message)).join("\n") });
    }
    async die(code = 1006, reason = "") {
        this.readyState = 3;
        this.onclose?.({ code, reason });
        await settled();
    }

    /// The requests of one command so far.
    requests(command) {
        return this.received.filter((message) => command in message);
    }
    /// The latest request of that command.
    last(command) {
        return this.requests(command).at(-1);
    }
    async answer(command, answer = {}) {
        this.say({ id: this.last(command).id, [command]: answer });
        await settled();
    }
    async refuse(command, error) {
        this.say({ id: this.last(command).id, error: { message: "", temporary: false, ...error } });
        await settled();
    }
}

/// A broker that says what the test says.
export class FakeBroker {
    connections = [];
    timers = new ManualTimers();

    constructor() {
        const { connections } = this;
        this.WebSocket = class extends FakeConnection {
            constructor(url, protocols) {
                super(url, protocols);
                connections.push(this);
            }
        };
    }

    client(options = {}) {
        return new Client("ws://broker.test/ws", { WebSocket: this.WebSocket, timers: this.timers, random: () => 0, ...options });
    }

    get latest() {
        return this.connections.at(-1);
    }

    /// Lets the connection that the client is opening succeed.
    async accept({ ping_ms = 25_000 } = {}) {
        await settled();
        const connection = this.latest;
        connection.open();
        await connection.answer("connect", { broker: "fake", ping_ms, limits: {} });
        return connection;
    }

    /// Kills the connection, waits as long as the client does, and accepts the next.
    async reconnect(options) {
        await this.latest.die();
        await this.timers.advance(this.timers.untilNext);
        return this.accept(options);
    }
}

/// What a promise was rejected with.
export const rejection = (promise) => promise.then(() => { throw new Error("was fulfilled"); }, (error) => error);

/// All events of a kind, as they come.
export function collected(emitter, type) {
    const events = [];
    emitter.on(type, (event) => events.push(event));
    return events;
}
