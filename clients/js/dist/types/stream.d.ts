import { type Encoding, type Json, type TextOrBytes } from "./payload.js";
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
/** A stream of the broker: `client.stream("events")`. */
export declare class Stream {
    #private;
    readonly name: string;
    private readonly namespace;
    private readonly call;
    /** Appends records to a partition, all or none, and waits until they are on disk. It is never repeated by itself. */
    append(records: NewRecord | NewRecord[], options?: {
        partition?: number;
    } & RequestOptions): Promise<{
        baseOffset: number;
        endOffset: number;
    }>;
    /** Records from an offset on. */
    fetch<T = Json>(options: FetchOptions): Promise<Fetched<T>>;
    /**
     * Records one by one from an offset on, for ever, however long the broker is away: until the loop is left or the signal
     * says so. Errors: "timed_out" if `timeoutMs` is given.
     */
    read<T = Json>(options: FetchOptions): AsyncGenerator<StreamRecord<T>, void>;
}
