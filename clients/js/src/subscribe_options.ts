import type { Json } from "./payload.js";
import type { Position } from "./position.js";

/** Where a subscription begins: with what comes (the default), with all that is kept, the last few, an offset, a time. */
export type From =
    | "live"
    | "earliest"
    | { last: number }
    | { offset: number; epoch?: string | undefined }
    | { time: Date | number };

export interface SubscribeOptions {
    from?: From | undefined;
    /** A filter policy as of SNS: only what matches is pushed. */
    filter?: { [key: string]: Json } | undefined;
    /** Whether the filter looks at the attributes (the default) or into JSON data. */
    filterScope?: "attributes" | "body" | undefined;
    /** What the broker does when this subscriber is too slow: reads on from history (the default), leaves out, or ends it. */
    slow?: "catch_up" | "drop_oldest" | "disconnect" | undefined;
    /** The name of a durable subscription: its place is kept by the broker, and each publication wants an ack. */
    durable?: string | undefined;
    /** Of a durable one: how many may be unacknowledged at a time. */
    inFlightMax?: number | undefined;
    /** Of a durable one: what is not acknowledged for so long is pushed again. */
    ackWaitMs?: number | undefined;
    /** Of a durable one: after so many deliveries it goes to the dead-letter queue. */
    deliveriesMax?: number | undefined;
    deadLetterQueue?: string | undefined;
    /** Whether to be told who is on the topic. */
    presence?: boolean | undefined;
    /** Under what name to be on the topic; and with what state. */
    member?: string | undefined;
    state?: Json | undefined;
    namespace?: string | undefined;
    /** How many publications may wait to be read by `for await`, 10,000 if not given. One more ends the subscription. */
    queueMax?: number | undefined;
    /** Ends the subscription. */
    signal?: AbortSignal | undefined;
}

function fromAsWire(from: From | undefined): unknown {
    if (typeof from !== "object" || !("time" in from)) return from;
    return { time: Number(from.time) };
}

/**
 * The fields of a subscribe. Undefined ones do not get into JSON.
 * @internal
 */
export function subscribeFields(pattern: string, options: SubscribeOptions, position: Position): object {
    const goesOn = position.known && options.durable === undefined;
    return {
        pattern,
        from: goesOn ? { offset: position.next, epoch: position.epoch } : fromAsWire(options.from),
        filter: options.filter,
        filter_scope: options.filterScope,
        slow: options.slow,
        durable: options.durable,
        in_flight_max: options.inFlightMax,
        ack_wait_ms: options.ackWaitMs,
        deliveries_max: options.deliveriesMax,
        dead_letter_queue: options.deadLetterQueue,
        presence: options.presence,
        member: options.member,
        state: options.state,
        namespace: options.namespace,
    };
}
