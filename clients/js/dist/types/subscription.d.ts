import { TernError } from "./errors.js";
import { type Member, type PresenceChange } from "./members.js";
import type { Json } from "./payload.js";
import { type Gap } from "./position.js";
import { type Publication } from "./publication.js";
import { type RequestOptions } from "./requests.js";
/** `recovering`: the connection was lost, and what is missed meanwhile will be fetched. */
export type SubscriptionState = "subscribing" | "subscribed" | "recovering" | "ended";
/** The broker's answer to a subscribe. */
export interface Subscribed {
    topic: string;
    epoch: string | undefined;
    /** The offset of the first publication that is pushed. */
    offset: number | undefined;
    /** False when what was asked for is no longer kept: a gap was told. */
    recovered: boolean;
}
export interface SubscriptionEvents<T> {
    publication: Publication<T>;
    gap: Gap;
    presence: PresenceChange;
    subscribed: Subscribed;
    /** The connection was lost. */
    recovering: undefined;
    /**
     * What was missed meanwhile is all there: `count` publications; `complete` unless a gap was told. With a filter the
     * event comes before they do, without a count.
     */
    recovered: {
        count: number | undefined;
        complete: boolean;
    };
    /** It is over: with an error, unless that was wanted. */
    ended: TernError | undefined;
}
/**
 * A subscription that outlives connections. Read it with `for await` (leaving the loop unsubscribes), or by events:
 * once a "publication" listener is there, nothing is kept for a loop.
 */
export declare class Subscription<T = Json> implements AsyncIterable<Publication<T>> {
    #private;
    readonly pattern: string;
    private readonly options;
    private readonly host;
    get state(): SubscriptionState;
    /** Who is on the topic, by name; kept up to date if `presence` was asked for. */
    get members(): ReadonlyMap<string, Member>;
    /**
     * Where it stands: `from` of a later subscription that is to go on there. Nothing before it is subscribed. What has
     * arrived, but was not read by a loop yet, is still to come.
     */
    get position(): {
        epoch: string | undefined;
        offset: number;
    } | undefined;
    /** Calls `listener` for each such event, until the function that this returns is called. */
    on<Type extends keyof SubscriptionEvents<T>>(type: Type, listener: (event: SubscriptionEvents<T>[Type]) => void): () => void;
    /** Fulfilled once the broker has subscribed it. Errors: the refusal; "closed". */
    ready(): Promise<Subscribed>;
    /** Ends it. Loops end, too, once they have read what has arrived. */
    unsubscribe(): Promise<void>;
    /** Of a durable subscription: these are done and will not be pushed again. */
    ack(publications: Publication<T> | Publication<T>[], options?: RequestOptions): Promise<void>;
    /** Of a durable subscription: these are to be pushed again, after `delayMs`. */
    reject(publications: Publication<T> | Publication<T>[], options?: {
        delayMs?: number;
    } & RequestOptions): Promise<void>;
    /** Changes the state with which this client's member is on the topic. */
    setState(state: Json, options?: RequestOptions): Promise<void>;
    [Symbol.asyncIterator](): AsyncIterator<Publication<T>, undefined>;
}
