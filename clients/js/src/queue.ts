import { TernError, type WireError } from "./errors.js";
import { decodePayload, encodePayload, randomKey, type Attributes, type Encoding, type Json, type WirePayload } from "./payload.js";
import type { Call, RequestOptions } from "./requests.js";

/** @internal */
export type Caller = (call: Call) => Promise<unknown>;

export interface SendOptions extends RequestOptions {
    attributes?: Attributes | undefined;
    delayMs?: number | undefined;
    /** Of a FIFO queue: messages of one group are received in order. */
    group?: string | undefined;
    /** Of a FIFO queue. One is made if none is given, so that a send can be repeated when its answer was lost. */
    deduplicationId?: string | undefined;
}

export interface ReceiveOptions extends RequestOptions {
    /** How many at most, 1 to 10; 1 if not given. */
    max?: number | undefined;
    /** How long to wait for a message, up to 20,000. */
    waitMs?: number | undefined;
    /** For how long nobody else gets them; the queue's setting if not given. */
    visibilityTimeoutMs?: number | undefined;
}

/** A message that was received: it comes back after its visibility timeout unless it is deleted. */
export interface QueueMessage {
    id: string;
    handle: string;
    /** Its text; a Uint8Array if it is not UTF-8. */
    body: string | Uint8Array;
    attributes: Attributes;
    sentAt: Date;
    receiveCount: number;
    sequence: number | undefined;
    group: string | undefined;
}

/** What became of one of several, in their order. */
export type Outcome<T> = ({ ok: true } & T) | { ok: false; error: TernError };

/** @internal */
export function outcomes<T>(answer: unknown, map: (each: Record<string, unknown>) => T): Outcome<T>[] {
    const results = ((answer as { results?: unknown }).results ?? []) as Record<string, unknown>[];
    return results.map((each) =>
        each["error"] ? { ok: false, error: TernError.fromWire(each["error"] as WireError) } : { ok: true, ...map(each) },
    );
}

interface WireMessage extends WirePayload {
    id: string;
    handle: string;
    body?: string;
    attributes?: Attributes;
    sent_at?: number;
    receive_count?: number;
    sequence?: number;
    group?: string;
}

const bodyOf = (wire: WireMessage) => wire.body ?? (decodePayload(wire).data as string | Uint8Array);

/** A queue of the broker: `client.queue("jobs")`. */
export class Queue {
    /** @internal */
    constructor(
        readonly name: string,
        private readonly namespace: string | undefined,
        private readonly call: Caller,
    ) {}

    /**
     * Sends a message and waits until it is on disk. A string is its text, a Uint8Array its bytes, anything else is sent
     * as JSON. Errors: "connection_lost" when the answer was lost, of a queue that is not FIFO: it may have been sent.
     */
    async send(body: string | Uint8Array | Json, options: SendOptions = {}): Promise<{ id: string; sequence: number | undefined }> {
        const fields = { ...this.#where(), ...this.#message(body, options) };
        return (await this.call({ command: "send", fields, repeatable: this.#isFifo, options })) as { id: string; sequence: number };
    }

    /** Sends up to 1,000 messages; each succeeds or fails by itself. */
    async sendAll(
        messages: ({ body: string | Uint8Array | Json } & Omit<SendOptions, keyof RequestOptions>)[],
        options?: RequestOptions,
    ): Promise<Outcome<{ id: string; sequence: number | undefined }>[]> {
        const fields = { ...this.#where(), messages: messages.map((each) => this.#message(each.body, each)) };
        const answer = await this.call({ command: "send", fields, repeatable: this.#isFifo, options });
        return outcomes(answer, (each) => ({ id: each["id"] as string, sequence: each["sequence"] as number | undefined }));
    }

    /** Messages to work on, none if there were none in `waitMs`. */
    async receive(options: ReceiveOptions = {}): Promise<QueueMessage[]> {
        const { max, waitMs, visibilityTimeoutMs, timeoutMs = 30_000 + (waitMs ?? 0) } = options;
        const fields = { ...this.#where(), max, wait_ms: waitMs, visibility_timeout_ms: visibilityTimeoutMs };
        // What a lost answer brought comes back after its visibility timeout.
        const call = { command: "receive", fields, repeatable: true, options: { ...options, timeoutMs } };
        const answer = (await this.call(call)) as { messages?: WireMessage[] };
        return (answer.messages ?? []).map((wire) => ({
            id: wire.id,
            handle: wire.handle,
            body: bodyOf(wire),
            attributes: wire.attributes ?? {},
            sentAt: new Date(wire.sent_at ?? 0),
            receiveCount: wire.receive_count ?? 1,
            sequence: wire.sequence,
            group: wire.group,
        }));
    }

    /**
     * Messages one by one, for ever, however long the broker is away: until the loop is left or the signal says so. Each
     * is to be deleted when done. Errors: "timed_out" if `timeoutMs` is given.
     */
    async *messages(options: ReceiveOptions = {}): AsyncGenerator<QueueMessage, void> {
        const { signal, timeoutMs = Infinity } = options;
        while (!signal?.aborted) {
            let received: QueueMessage[];
            try {
                received = await this.receive({ waitMs: 20_000, ...options, timeoutMs });
            } catch (error) {
                if (signal?.aborted) return;
                throw error;
            }
            yield* received;
        }
    }

    /** Deletes for good what was received. */
    async delete(messages: QueueMessage | QueueMessage[], options?: RequestOptions): Promise<Outcome<object>[]> {
        const fields = { ...this.#where(), handles: handlesOf(messages) };
        return outcomes(await this.call({ command: "delete", fields, repeatable: true, options }), () => ({}));
    }

    /** Has them come back so much later, counted from now; 0: at once. */
    async changeVisibility(
        messages: QueueMessage | QueueMessage[],
        visibilityTimeoutMs: number,
        options?: RequestOptions,
    ): Promise<Outcome<object>[]> {
        const fields = { ...this.#where(), handles: handlesOf(messages), visibility_timeout_ms: visibilityTimeoutMs };
        return outcomes(await this.call({ command: "change_visibility", fields, repeatable: true, options }), () => ({}));
    }

    get #isFifo(): boolean {
        return this.name.endsWith(".fifo");
    }

    #where(): object {
        return { queue: this.name, namespace: this.namespace };
    }

    #message(body: string | Uint8Array | Json, options: Omit<SendOptions, keyof RequestOptions>): object {
        const as: Encoding | undefined = typeof body === "string" ? "text" : undefined;
        const { text, ...payload } = encodePayload(body, as);
        return {
            body: text,
            ...payload,
            attributes: options.attributes,
            delay_ms: options.delayMs,
            group: options.group,
            deduplication_id: options.deduplicationId ?? (this.#isFifo ? randomKey() : undefined),
        };
    }
}

const handlesOf = (messages: QueueMessage | QueueMessage[]) => (Array.isArray(messages) ? messages : [messages]).map((each) => each.handle);
