// A program as users write it: it must compile with all that is strict (dist.test.js does that).
import { Client, TernError, type Gap, type Publication, type Subscription } from "tern-client";

interface Order {
    id: number;
}

/** As npm's `ws` declares itself, whose types are not installed here. */
declare class NodeWebSocket {
    constructor(address: null);
    constructor(address: string | URL, options?: { timeout?: number });
    constructor(address: string | URL, protocols?: string | string[], options?: { timeout?: number });
    binaryType: "nodebuffer" | "arraybuffer" | "fragments";
    readonly readyState: 0 | 1 | 2 | 3;
    onopen: ((event: { type: string; target: NodeWebSocket }) => void) | null;
    onmessage: ((event: { data: string | ArrayBuffer; type: string; target: NodeWebSocket }) => void) | null;
    onclose: ((event: { wasClean: boolean; code: number; reason: string; target: NodeWebSocket }) => void) | null;
    onerror: ((event: { error: unknown; message: string; target: NodeWebSocket }) => void) | null;
    send(data: string | ArrayBuffer, done?: (error?: Error) => void): void;
    close(code?: number, data?: string | ArrayBuffer): void;
}

new Client("ws://127.0.0.1:4566/ws", { WebSocket: NodeWebSocket });
const tern = new Client("ws://127.0.0.1:4566/ws", { WebSocket, backoff: { maxMs: 1000 } });
tern.on("state", ({ state, error, retryInMs }) => console.log(state, error instanceof TernError, retryInMs));

const orders: Subscription<Order> = tern.subscribe<Order>("orders.>", { from: { time: new Date() }, filter: { kind: ["new"] } });
orders.on("gap", (gap: Gap) => console.log(gap.reason, gap.from));
for await (const order of orders) {
    const { data, offset, attributes }: Publication<Order> = order;
    console.log(data.id + 1, offset, attributes["kind"]);
    break;
}
tern.subscribe("orders.>", { from: orders.position });

const outcomes = await tern.publishAll([{ subject: "orders.new", data: { id: 1 } }]);
for (const outcome of outcomes) console.log(outcome.ok ? outcome.offset : outcome.error.name);
for await (const message of tern.queue("jobs").messages()) await tern.queue("jobs").delete(message);
for await (const record of tern.stream("events").read<Order>({ offset: 0 })) console.log(record.data.id);
