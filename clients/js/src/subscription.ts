import { noAnswer, subscriptionEnded, TernError } from "./errors.js";
import { Emitter } from "./events.js";
import type { Push } from "./link.js";
import { Members, type Member, type PresenceChange, type WireMember } from "./members.js";
import type { Json } from "./payload.js";
import { Position, type Gap } from "./position.js";
import { publicationFromWire, type Publication, type WirePublication } from "./publication.js";
import { PublicationQueue } from "./publication_queue.js";
import { Recovery } from "./recovery.js";
import { timeoutMsDefault, type Call, type RequestOptions } from "./requests.js";
import { subscribeFields, type SubscribeOptions } from "./subscribe_options.js";
import type { Timers } from "./timers.js";

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
    recovered: { count: number | undefined; complete: boolean };
    /** It is over: with an error, unless that was wanted. */
    ended: TernError | undefined;
}

/** @internal */
export interface SubscriptionHost {
    call(call: Call): Promise<unknown>;
    timers: Timers;
    ended(subscription: Subscriber): void;
}

/**
 * A subscription as its client sees it.
 * @internal
 */
export interface Subscriber {
    hasId(id: unknown): boolean;
    opened(): void;
    lost(): void;
    closed(error: TernError | undefined): void;
    pushed(kind: string, push: Push): void;
}

/** What waits to be read, and the epoch that its offset is of. */
interface Arrived<T> {
    publication: Publication<T>;
    epoch: string | undefined;
}

type Presence = Parameters<Members["apply"]>[0];

const queueMaxDefault = 10_000;
const refusalPauseMs = 1000;

/**
 * A subscription that outlives connections. Read it with `for await` (leaving the loop unsubscribes), or by events:
 * once a "publication" listener is there, nothing is kept for a loop.
 */
export class Subscription<T = Json> implements AsyncIterable<Publication<T>> {
    #state: SubscriptionState = "subscribing";
    /** Its id on this connection; each connection gives another. */
    #id: number | undefined;
    #recovery: Recovery | undefined;
    #memberState: Json | undefined;
    #memberStateSent: Json | undefined;
    #ready: Promise<Subscribed>;
    #settleReady!: { resolve(answer: Subscribed): void; reject(error: unknown): void };
    #cleanUp: () => void = () => {};
    readonly #events = new Emitter<SubscriptionEvents<T>>();
    readonly #members = new Members();
    readonly #position: Position;
    readonly #queue: PublicationQueue<Arrived<T>>;

    /** @internal */
    constructor(
        readonly pattern: string,
        private readonly options: SubscribeOptions,
        private readonly host: SubscriptionHost,
    ) {
        const from = typeof options.from === "object" && "offset" in options.from ? options.from : undefined;
        this.#position = new Position(from?.epoch, from?.offset);
        this.#queue = new PublicationQueue(options.queueMax ?? queueMaxDefault);
        this.#memberState = options.state;
        this.#ready = new Promise((resolve, reject) => (this.#settleReady = { resolve, reject }));
        this.#ready.catch(() => {}); // who does not wait for it is told by "ended" and by the loop
        const aborted = () => void this.unsubscribe();
        options.signal?.addEventListener("abort", aborted);
        this.#cleanUp = () => options.signal?.removeEventListener("abort", aborted);
    }

    get state(): SubscriptionState {
        return this.#state;
    }

    /** Who is on the topic, by name; kept up to date if `presence` was asked for. */
    get members(): ReadonlyMap<string, Member> {
        return this.#members.all;
    }

    /**
     * Where it stands: `from` of a later subscription that is to go on there. Nothing before it is subscribed. What has
     * arrived, but was not read by a loop yet, is still to come.
     */
    get position(): { epoch: string | undefined; offset: number } | undefined {
        const unread = this.#queue.find(({ publication }) => publication.offset !== undefined && !publication.retained);
        if (unread && this.options.durable === undefined) return { epoch: unread.epoch, offset: unread.publication.offset! };
        const { epoch, next } = this.#position;
        return next === undefined ? undefined : { epoch, offset: next };
    }

    /** Calls `listener` for each such event, until the function that this returns is called. */
    on<Type extends keyof SubscriptionEvents<T>>(type: Type, listener: (event: SubscriptionEvents<T>[Type]) => void): () => void {
        const off = this.#events.on(type, listener);
        if (type !== "publication") return off;
        for (let each = this.#queue.take(); each; each = this.#queue.take()) this.#events.emit("publication", each.publication);
        return off;
    }

    /** Fulfilled once the broker has subscribed it. Errors: the refusal; "closed". */
    ready(): Promise<Subscribed> {
        return this.#ready;
    }

    /** Ends it. Loops end, too, once they have read what has arrived. */
    async unsubscribe(): Promise<void> {
        if (this.#state === "ended") return;
        const sub = this.#id;
        this.#end(undefined);
        if (sub === undefined) return;
        // Whatever becomes of it: a lost connection has ended it as well.
        await this.#tellUnsubscribed(sub);
    }

    /** Of a durable subscription: these are done and will not be pushed again. */
    ack(publications: Publication<T> | Publication<T>[], options?: RequestOptions): Promise<void> {
        return this.#settle("ack", publications, {}, options);
    }

    /** Of a durable subscription: these are to be pushed again, after `delayMs`. */
    reject(publications: Publication<T> | Publication<T>[], options: { delayMs?: number } & RequestOptions = {}): Promise<void> {
        return this.#settle("reject", publications, { delay_ms: options.delayMs }, options);
    }

    /** Changes the state with which this client's member is on the topic. */
    async setState(state: Json, options?: RequestOptions): Promise<void> {
        this.#memberState = state;
        if (this.#state !== "subscribed") return; // is sent with the next subscribe, or after the one that is on its way
        this.#memberStateSent = state;
        await this.host.call({ command: "state", fields: { sub: this.#id, state }, repeatable: false, options });
    }

    [Symbol.asyncIterator](): AsyncIterator<Publication<T>, undefined> {
        return {
            next: async () => {
                const { value, done } = await this.#queue.next();
                return done ? { value: undefined, done } : { value: value.publication, done: false };
            },
            return: async () => {
                void this.unsubscribe(); // never fails; the loop's end does not wait for the broker
                return { value: undefined, done: true };
            },
        };
    }

    /**
     * There is a connection: subscribes on it.
     * @internal
     */
    opened(): void {
        const fields = { ...subscribeFields(this.pattern, this.options, this.#position), state: this.#memberState };
        this.#memberStateSent = this.#memberState;
        let id = 0;
        const call: Call = {
            command: "subscribe",
            fields,
            repeatable: false,
            onlyIfConnected: true,
            own: true,
            onId: (given) => (this.#id = id = given),
            onAnswer: (answer) => this.#id === id && this.#subscribed(answer),
            options: { timeoutMs: Infinity }, // it waits for as long as the connection lives
        };
        this.host.call(call).catch((error) => this.#id === id && this.#refused(error as TernError));
    }

    /** @internal */
    lost(): void {
        this.#id = undefined;
        this.#recovery = undefined;
        if (this.#state !== "subscribed") return;
        this.#state = "recovering";
        this.#events.emit("recovering", undefined);
    }

    /**
     * The client is closed.
     * @internal
     */
    closed(error: TernError | undefined): void {
        this.#end(error);
    }

    /** @internal */
    hasId(id: unknown): boolean {
        return this.#id !== undefined && this.#id === id;
    }

    /** @internal */
    pushed(kind: string, push: Push): void {
        if (kind === "pub") this.#published(push as unknown as WirePublication);
        else if (kind === "presence") this.#present(this.#members.apply(push as Presence));
        else if (kind === "gap") this.#dropped(push);
        else if (kind === "ended") this.#end(TernError.fromWire(push as never));
    }

    #published(wire: WirePublication): void {
        const ordered = wire.offset !== undefined && this.options.durable === undefined;
        if (ordered && this.#position.isBehind(wire.offset!) && !(wire.retained && !this.#recovery)) return; // a double
        const listened = this.#events.has("publication");
        if (!listened && !this.#queue.hasRoom) return this.#overflowed(); // before the position is behind it
        if (ordered) this.#position.advance(wire.offset!);

        const publication = publicationFromWire<T>(wire);
        if (listened) this.#events.emit("publication", publication);
        else this.#queue.push({ publication, epoch: this.#position.epoch });
        this.#recovery?.published(wire.offset);
    }

    #overflowed(): void {
        const sub = this.#id;
        this.#end(new TernError("subscriber_too_slow", `${this.#queue.size} publications wait to be read.`, { code: 920 }));
        void this.#tellUnsubscribed(sub);
    }

    /** Never fails. */
    #tellUnsubscribed(sub: number | undefined): Promise<unknown> {
        const call = { command: "unsubscribe", fields: { sub }, repeatable: false, onlyIfConnected: true, own: true };
        return this.host.call(call).catch(() => {});
    }

    #dropped(push: Push): void {
        const { epoch, from, to, dropped } = push as { epoch?: string; from?: number; to?: number; dropped?: number };
        if (!this.#position.skip(to)) return; // the answer to the subscribe has told it already
        this.#events.emit("gap", { reason: "dropped", epoch, from, to, dropped });
    }

    #present(change: PresenceChange | undefined): void {
        if (change) this.#events.emit("presence", change);
    }

    #subscribed(wire: Push): void {
        const again = this.#state === "recovering";
        const answer = wire as { topic?: string; epoch?: string; offset?: number; recovered?: boolean; members?: WireMember[] };
        const gap = this.options.durable === undefined ? this.#position.resumed(answer) : undefined;
        this.#state = "subscribed";
        const subscribed = { topic: answer.topic ?? "", epoch: answer.epoch, offset: answer.offset, recovered: answer.recovered !== false };
        this.#settleReady.resolve(subscribed);
        this.#events.emit("subscribed", subscribed);
        if (gap) this.#events.emit("gap", gap);
        if (answer.members) this.#present(this.#members.replace(answer.members));
        if (this.#memberState !== this.#memberStateSent) void this.setState(this.#memberState!).catch(() => {});
        if (again) this.#recover(!gap);
    }

    #recover(complete: boolean): void {
        if (this.#state === "ended") return; // by who was told that it is subscribed
        const told = (count: number | undefined) => this.#events.emit("recovered", { count, complete });
        // With a filter, or a place that the broker keeps, there is no last one that will come for certain.
        if (this.options.filter || this.options.durable !== undefined) return told(undefined);
        const recovery = (this.#recovery = new Recovery((count) => {
            if (this.#recovery !== recovery) return;
            this.#recovery = undefined;
            told(count);
        }));
        const fields = { pattern: this.pattern, from: { last: 1 }, limit: 1, namespace: this.options.namespace };
        this.host.call({ command: "history", fields, repeatable: false, own: true }).then(
            (wire) => {
                const last = (wire as { publications?: WirePublication[] }).publications?.at(-1)?.offset;
                recovery.endsWith(last, this.#position.next);
            },
            () => recovery.endsWith(undefined, undefined), // the topic has no history
        );
    }

    #refused(error: TernError): void {
        if (this.#state === "ended" || error.name === "connection_lost") return;
        if (!error.temporary) return this.#end(error);
        this.#id = undefined;
        const stop = this.host.timers.after(refusalPauseMs, () => this.#id === undefined && this.#state !== "ended" && this.opened());
        const before = this.#cleanUp;
        this.#cleanUp = () => (stop(), before());
    }

    async #settle(command: string, publications: Publication<T> | Publication<T>[], more: object, options?: RequestOptions): Promise<void> {
        const list = Array.isArray(publications) ? publications : [publications];
        const handles = list.map((each) => each.handle);
        if (handles.length === 0) return;
        if (handles.includes(undefined)) throw new TypeError("Only what a durable subscription delivers can be acknowledged.");
        const { signal, timeoutMs = timeoutMsDefault } = options ?? {};
        const deadline = this.host.timers.now() + timeoutMs;
        if (this.#state !== "subscribed") await this.#again(command, signal, timeoutMs);
        const left = deadline - this.host.timers.now();
        const call = { command, fields: { sub: this.#id, handles, ...more }, repeatable: false, options: { signal, timeoutMs: left } };
        const answer = (await this.host.call(call)) as { results?: { error?: never }[] };
        const refusal = answer.results?.find((each) => each.error)?.error;
        if (refusal) throw TernError.fromWire(refusal);
    }

    /** The next time that it is subscribed; in time for a request. */
    #again(command: string, signal: AbortSignal | undefined, timeoutMs: number): Promise<void> {
        if (this.#state === "ended") return Promise.reject(subscriptionEnded());
        if (signal?.aborted) return Promise.reject(signal.reason);
        return new Promise((resolve, reject) => {
            const timedOut = () => settle(() => reject(noAnswer(command, timeoutMs)));
            const aborted = () => settle(() => reject(signal?.reason));
            const stopTimer = timeoutMs === Infinity ? () => {} : this.host.timers.after(timeoutMs, timedOut);
            const off = [
                this.#events.on("subscribed", () => settle(resolve)),
                this.#events.on("ended", (error) => settle(() => reject(error ?? subscriptionEnded()))),
            ];
            const settle = (settled: () => void) => {
                stopTimer();
                signal?.removeEventListener("abort", aborted);
                for (const each of off) each();
                settled();
            };
            signal?.addEventListener("abort", aborted);
        });
    }

    #end(error: TernError | undefined): void {
        if (this.#state === "ended") return;
        this.#state = "ended";
        this.#id = undefined;
        this.#recovery = undefined;
        this.#cleanUp();
        this.#queue.end(error);
        this.#settleReady.reject(error ?? subscriptionEnded());
        this.host.ended(this);
        this.#events.emit("ended", error);
    }
}
