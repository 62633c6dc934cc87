import {
    decodePayload, encodePayload, textOrBytesFromWire, textOrBytesToWire,
    type Encoding, type Json, type TextOrBytes, type WirePayload, type WireTextOrBytes,
} from "./payload.js";
import type { Caller } from "./queue.js";
import type { RequestOptions } from "./requests.js";

export interface NewRecord {
    /** A JSON value, or a Uint8Array; with `as: "text"` a string that is stored as it is. */
    data: Json | Uint8Array;
    as?: Encoding | undefined;
    key?: TextOrBytes | undefined;
    headers?: Record<string, TextOrBytes | null> | undefined;
}

export interface StreamRecord<T = Json> {
    offset: number;
    time: Date;
    key: TextOrBytes | undefined;
    data: T;
    encoding: Encoding;
    headers: Record<string, TextOrBytes | null>;
}

export interface FetchOptions extends RequestOptions {
    partition?: number | undefined;
    offset: number;
    /** How many records at most. */
    max?: number | undefined;
    /** How long to wait for a record when there is none at `offset`. */
    waitMs?: number | undefined;
}

export interface Fetched<T = Json> {
    records: StreamRecord<T>[];
    /** What the partition has: from the first offset that is kept to the one that the next record gets. */
    startOffset: number;
    endOffset: number;
    /** Where to go on. */
    nextOffset: number;
}

interface WireRecord extends WirePayload {
    offset: number;
    time?: number;
    key?: WireTextOrBytes;
    headers?: Record<string, WireTextOrBytes | null>;
}

/** All headers, each changed by `map`; one without a value stays so. */
function mapped<From, To>(headers: Record<string, From | null>, map: (value: From) => To): Record<string, To | null> {
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value === null ? null : map(value)]));
}

const recordToWire = ({ data, as, key, headers }: NewRecord) => ({
    ...encodePayload(data, as),
    key: key === undefined ? undefined : textOrBytesToWire(key),
    headers: headers && mapped(headers, textOrBytesToWire),
});

const recordFromWire = <T>(wire: WireRecord): StreamRecord<T> => ({
    offset: wire.offset,
    time: new Date(wire.time ?? 0),
    key: wire.key === undefined ? undefined : textOrBytesFromWire(wire.key),
    ...(decodePayload(wire) as { data: T; encoding: Encoding }),
    headers: mapped(wire.headers ?? {}, textOrBytesFromWire),
});

const waitMsWhileReading = 20_000;

/** A stream of the broker: `client.stream("events")`. */
export class Stream {
    /** @internal */
    constructor(
        readonly name: string,
        private readonly namespace: string | undefined,
        private readonly call: Caller,
    ) {}

    /** Appends records to a partition, all or none, and waits until they are on disk. It is never repeated by itself. */
    async append(
        records: NewRecord | NewRecord[],
        options: { partition?: number } & RequestOptions = {},
    ): Promise<{ baseOffset: number; endOffset: number }> {
        const list = Array.isArray(records) ? records : [records];
        const fields = { ...this.#where(options.partition), records: list.map(recordToWire) };
        const answer = (await this.call({ command: "append", fields, repeatable: false, options })) as Record<string, number>;
        return { baseOffset: answer["base_offset"] ?? 0, endOffset: answer["end_offset"] ?? 0 };
    }

    /** Records from an offset on. */
    async fetch<T = Json>(options: FetchOptions): Promise<Fetched<T>> {
        const { partition, offset, max, waitMs, timeoutMs = 30_000 + (waitMs ?? 0) } = options;
        const fields = { ...this.#where(partition), offset, max, wait_ms: waitMs };
        const answer = (await this.call({ command: "fetch", fields, repeatable: true, options: { ...options, timeoutMs } })) as {
            records?: WireRecord[];
            start_offset?: number;
            end_offset?: number;
            next_offset?: number;
        };
        return {
            records: (answer.records ?? []).map((wire) => recordFromWire<T>(wire)),
            startOffset: answer.start_offset ?? 0,
            endOffset: answer.end_offset ?? 0,
            nextOffset: answer.next_offset ?? offset,
        };
    }

    /**
     * Records one by one from an offset on, for ever, however long the broker is away: until the loop is left or the signal
     * says so. Errors: "timed_out" if `timeoutMs` is given.
     */
    async *read<T = Json>(options: FetchOptions): AsyncGenerator<StreamRecord<T>, void> {
        const { signal, timeoutMs = Infinity } = options;
        let offset = options.offset;
        while (!signal?.aborted) {
            let fetched: Fetched<T>;
            try {
                fetched = await this.fetch<T>({ waitMs: waitMsWhileReading, ...options, offset, timeoutMs });
            } catch (error) {
                if (signal?.aborted) return;
                throw error;
            }
            yield* fetched.records;
            offset = fetched.nextOffset;
        }
    }

    #where(partition = 0): object {
        return { stream: this.name, partition, namespace: this.namespace };
    }
}
