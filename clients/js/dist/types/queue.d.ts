import { TernError } from "./errors.js";
import { type Attributes, type Json } from "./payload.js";
import type { RequestOptions } from "./requests.js";
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
export type Outcome<T> = ({
    ok: true;
} & T) | {
    ok: false;
    error: TernError;
};
/** A queue of the broker: `client.queue("jobs")`. */
export declare class Queue {
    #private;
    readonly name: string;
    private readonly namespace;
    private readonly call;
    /**
     * Sends a message and waits until it is on disk. A string is its text, a Uint8Array its bytes, anything else is sent
     * as JSON. Errors: "connection_lost" when the answer was lost, of a queue that is not FIFO: it may have been sent.
     */
    send(body: string | Uint8Array | Json, options?: SendOptions): Promise<{
        id: string;
        sequence: number | undefined;
    }>;
    /** Sends up to 1,000 messages; each succeeds or fails by itself. */
    sendAll(messages: ({
        body: string | Uint8Array | Json;
    } & Omit<SendOptions, keyof RequestOptions>)[], options?: RequestOptions): Promise<Outcome<{
        id: string;
        sequence: number | undefined;
    }>[]>;
    /** Messages to work on, none if there were none in `waitMs`. */
    receive(options?: ReceiveOptions): Promise<QueueMessage[]>;
    /**
     * Messages one by one, for ever, however long the broker is away: until the loop is left or the signal says so. Each
     * is to be deleted when done. Errors: "timed_out" if `timeoutMs` is given.
     */
    messages(options?: ReceiveOptions): AsyncGenerator<QueueMessage, void>;
    /** Deletes for good what was received. */
    delete(messages: QueueMessage | QueueMessage[], options?: RequestOptions): Promise<Outcome<object>[]>;
    /** Has them come back so much later, counted from now; 0: at once. */
    changeVisibility(messages: QueueMessage | QueueMessage[], visibilityTimeoutMs: number, options?: RequestOptions): Promise<Outcome<object>[]>;
}
