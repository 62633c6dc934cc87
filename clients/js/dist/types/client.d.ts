import type { BackoffOptions } from "./backoff.js";
import { type BrokerInfo, type ConnectionState, type StateChange } from "./connection.js";
import type { WebSocketConstructor } from "./link.js";
import { type Member } from "./members.js";
import { type Attributes, type Encoding, type Json } from "./payload.js";
import { type History } from "./publication.js";
import { Queue, type Outcome } from "./queue.js";
import { type RequestOptions } from "./requests.js";
import { Stream } from "./stream.js";
import type { From, SubscribeOptions } from "./subscribe_options.js";
import { Subscription } from "./subscription.js";
import { type Timers } from "./timers.js";
export interface ClientOptions {
    /** Where it is not built in (Node.js before 22) and npm's `ws` is not installed. */
    WebSocket?: WebSocketConstructor | undefined;
    /** Of every request that does not name another. */
    namespace?: string | undefined;
    /** Pauses between attempts to connect; 500 ms to 20 s if not given. */
    backoff?: Partial<BackoffOptions> | undefined;
    /** How long opening a connection may take; 10,000 if not given. */
    openTimeoutMs?: number | undefined;
    /** How many requests may be unanswered; 1,000 if not given. */
    requestsMax?: number | undefined;
    /** What the broker may show for this client. */
    name?: string | undefined;
    timers?: Timers | undefined;
    random?: (() => number) | undefined;
}
export interface ClientEvents {
    state: StateChange;
}
export interface PublishOptions extends RequestOptions {
    attributes?: Attributes | undefined;
    /** How a string is stored: as JSON, in quotes (the default), or as "text". */
    as?: Encoding | undefined;
    /**
     * Publishes with the same key within five minutes count once. One is made for each publish, and kept when it is
     * repeated on a new connection: give one only if the program itself repeats, after a restart say.
     */
    key?: string | undefined;
    /** Of a FIFO topic. */
    group?: string | undefined;
    /** For signals such as "is typing": in no history, and never repeated; refused at once while there is no connection. */
    ephemeral?: boolean | undefined;
    namespace?: string | undefined;
}
export interface Published {
    id: string;
    offset: number | undefined;
    epoch: string | undefined;
    /** An earlier publish with the same key had arrived. */
    duplicate: boolean;
}
export interface NewPublication extends Omit<PublishOptions, keyof RequestOptions | "namespace"> {
    subject: string;
    data: unknown;
}
export type HistoryOptions = RequestOptions & {
    limit?: number;
    namespace?: string;
} & ({
    from?: From;
    before?: undefined;
} | {
    before: number | "end";
    epoch?: string | undefined;
});
/**
 * A client of a Tern broker. It connects by itself when it is first used, and again whenever the connection is lost;
 * then its subscriptions go on where they were, and unanswered publishes are repeated without doubling anything.
 */
export declare class Client {
    #private;
    private readonly options;
    readonly url: string;
    constructor(url?: string, options?: ClientOptions);
    get state(): ConnectionState;
    /** Calls `listener` for each such event, until the function that this returns is called. */
    on<Type extends keyof ClientEvents>(type: Type, listener: (event: ClientEvents[Type]) => void): () => void;
    /**
     * Connects; fulfilled when the broker has answered. It goes on trying, for as long as `timeoutMs` (for ever if not
     * given) and then still for what else was asked for. Errors: "closed" when trying again is of no use.
     */
    connect(options?: RequestOptions): Promise<BrokerInfo>;
    /** Ends everything: subscriptions, unanswered requests (with "closed"), the connection. connect() begins anew. */
    close(): void;
    /** While it waits to connect again: does so now. */
    reconnectNow(): void;
    /**
     * Publishes, and waits until it is on disk (if the topic has a history). When the connection is lost before the answer,
     * it is repeated with the same key on the next one, so that nothing is lost or doubled.
     */
    publish(subject: string, data: unknown, options?: PublishOptions): Promise<Published>;
    /** Publishes several of one topic at once; each succeeds or fails by itself. All of them are ephemeral, or none. */
    publishAll(publications: NewPublication[], options?: RequestOptions): Promise<Outcome<Published>[]>;
    /** Subscribes to a subject or a pattern (`chat.room.*`, `chat.>`). `T` is what the program knows of the data. */
    subscribe<T = Json>(pattern: string, options?: SubscribeOptions): Subscription<T>;
    /** Reads what a topic has kept. */
    history<T = Json>(pattern: string, options?: HistoryOptions): Promise<History<T>>;
    /** Who is on a topic now, at most `limit` of them, and how many in all. */
    presence(topic: string, options?: RequestOptions & {
        limit?: number;
        namespace?: string;
    }): Promise<{
        members: Member[];
        count: number;
    }>;
    /** A queue, to send to and receive from. It is not made by this. */
    queue(name: string, options?: {
        namespace?: string;
    }): Queue;
    /** A stream, to append to and fetch from. It is not made by this. */
    stream(name: string, options?: {
        namespace?: string;
    }): Stream;
}
