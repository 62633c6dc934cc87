import type { BackoffOptions } from "./backoff.js";
import { Connection, type BrokerInfo, type ConnectionState, type StateChange } from "./connection.js";
import type { TernError } from "./errors.js";
import { Emitter } from "./events.js";
import type { Push, WebSocketConstructor } from "./link.js";
import { memberFromWire, type Member, type WireMember } from "./members.js";
import { encodePayload, randomKey, type Attributes, type Encoding, type Json } from "./payload.js";
import { historyFromWire, type History } from "./publication.js";
import { outcomes, Queue, type Outcome } from "./queue.js";
import { Requests, type Call, type RequestOptions } from "./requests.js";
import { Stream } from "./stream.js";
import type { From, SubscribeOptions } from "./subscribe_options.js";
import { Subscription, type Subscriber } from "./subscription.js";
import { systemTimers, type Timers } from "./timers.js";

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

export type HistoryOptions = RequestOptions & { limit?: number; namespace?: string } & (
        | { from?: From; before?: undefined }
        | { /** What came just before this offset, for "load older"; before the "end": the latest. */ before: number | "end"; epoch?: string | undefined }
    );

/** The broker knows a key for five minutes; with a margin for what is on its way. */
const keyKnownMs = 280_000;

function defaultUrl(): string {
    const location = (globalThis as { location?: { protocol: string; host: string } }).location;
    if (!location?.host) return "ws://127.0.0.1:4566/ws";
    return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
}

/**
 * A client of a Tern broker. It connects by itself when it is first used, and again whenever the connection is lost;
 * then its subscriptions go on where they were, and unanswered publishes are repeated without doubling anything.
 */
export class Client {
    readonly url: string;
    readonly #events = new Emitter<ClientEvents>();
    readonly #connection: Connection;
    readonly #requests: Requests;
    readonly #subscriptions = new Set<Subscriber>();
    readonly #timers: Timers;
    readonly #online = () => this.#connection.retryNow();

    constructor(url: string = defaultUrl(), private readonly options: ClientOptions = {}) {
        this.url = url;
        this.#timers = options.timers ?? systemTimers;
        this.#connection = new Connection({
            url,
            WebSocket: options.WebSocket,
            backoff: { minMs: 500, maxMs: 20_000, ...options.backoff },
            openTimeoutMs: options.openTimeoutMs ?? 10_000,
            timers: this.#timers,
            random: options.random,
        });
        const send = (text: string) => this.#connection.send(text);
        const isOpen = () => this.#connection.isOpen;
        const messageBytesMax = () => this.#connection.info?.limits["message_bytes_max"];
        this.#requests = new Requests(this.#timers, send, isOpen, messageBytesMax, options.requestsMax ?? 1000);
        this.#connection.on("opened", () => this.#opened());
        this.#connection.on("message", (message) => this.#received(message));
        this.#connection.on("lost", (lost) => this.#lost(lost));
        this.#connection.on("state", (change) => this.#events.emit("state", change));
    }

    get state(): ConnectionState {
        return this.#connection.state;
    }

    /** Calls `listener` for each such event, until the function that this returns is called. */
    on<Type extends keyof ClientEvents>(type: Type, listener: (event: ClientEvents[Type]) => void): () => void {
        return this.#events.on(type, listener);
    }

    /**
     * Connects; fulfilled when the broker has answered. It goes on trying, for as long as `timeoutMs` (for ever if not
     * given) and then still for what else was asked for. Errors: "closed" when trying again is of no use.
     */
    connect(options: RequestOptions = {}): Promise<BrokerInfo> {
        this.#start();
        if (this.state === "connected") return Promise.resolve(this.#connection.info!);
        const call = { command: "ping", fields: {}, repeatable: true, own: true, options: { timeoutMs: Infinity, ...options } };
        return this.#requests.call(call).then(() => this.#connection.info!);
    }

    /** Ends everything: subscriptions, unanswered requests (with "closed"), the connection. connect() begins anew. */
    close(): void {
        removeOnline(this.#online);
        for (const subscription of [...this.#subscriptions]) subscription.closed(undefined);
        this.#connection.stop();
    }

    /** While it waits to connect again: does so now. */
    reconnectNow(): void {
        this.#connection.retryNow();
    }

    /**
     * Publishes, and waits until it is on disk (if the topic has a history). When the connection is lost before the answer,
     * it is repeated with the same key on the next one, so that nothing is lost or doubled.
     */
    async publish(subject: string, data: unknown, options: PublishOptions = {}): Promise<Published> {
        const fields = { ...publicationFields({ ...options, subject, data }), namespace: this.#namespace(options) };
        return published(await this.#publish(fields, options.ephemeral ?? false, options));
    }

    /** Publishes several of one topic at once; each succeeds or fails by itself. All of them are ephemeral, or none. */
    async publishAll(publications: NewPublication[], options: RequestOptions = {}): Promise<Outcome<Published>[]> {
        const namespace = this.options.namespace;
        const fields = publications.map((each) => ({ ...publicationFields(each), namespace }));
        const ephemeral = publications.some((each) => each.ephemeral);
        const answer = (await this.#publish(fields, ephemeral, options)) as { epoch?: string };
        return outcomes(answer, (each) => published({ epoch: answer.epoch, ...each }));
    }

    /** Subscribes to a subject or a pattern (`chat.room.*`, `chat.>`). `T` is what the program knows of the data. */
    subscribe<T = Json>(pattern: string, options: SubscribeOptions = {}): Subscription<T> {
        this.#start();
        const subscription = new Subscription<T>(pattern, { ...options, namespace: this.#namespace(options) }, {
            call: (call) => this.#requests.call(call),
            timers: this.#timers,
            ended: (ended) => this.#subscriptions.delete(ended),
        });
        this.#subscriptions.add(subscription);
        if (options.signal?.aborted) subscription.closed(undefined);
        else if (this.#connection.isOpen) subscription.opened();
        return subscription;
    }

    /** Reads what a topic has kept. */
    async history<T = Json>(pattern: string, options: HistoryOptions = {}): Promise<History<T>> {
        const before = options.before === "end" ? Number.MAX_SAFE_INTEGER : options.before;
        const where = options.before !== undefined ? { before, epoch: options.epoch } : { from: wireFrom(options.from) };
        const fields = { pattern, limit: options.limit, ...where, namespace: this.#namespace(options) };
        return historyFromWire<T>((await this.#call({ command: "history", fields, repeatable: true, options })) as Record<string, unknown>);
    }

    /** Who is on a topic now, at most `limit` of them, and how many in all. */
    async presence(topic: string, options: RequestOptions & { limit?: number; namespace?: string } = {}): Promise<{ members: Member[]; count: number }> {
        const fields = { topic, limit: options.limit, namespace: this.#namespace(options) };
        const answer = (await this.#call({ command: "presence", fields, repeatable: true, options })) as { members?: WireMember[]; count?: number };
        const members = (answer.members ?? []).map(memberFromWire);
        return { members, count: answer.count ?? members.length };
    }

    /** A queue, to send to and receive from. It is not made by this. */
    queue(name: string, options: { namespace?: string } = {}): Queue {
        return new Queue(name, this.#namespace(options), (call) => this.#call(call));
    }

    /** A stream, to append to and fetch from. It is not made by this. */
    stream(name: string, options: { namespace?: string } = {}): Stream {
        return new Stream(name, this.#namespace(options), (call) => this.#call(call));
    }

    #namespace(options: { namespace?: string | undefined }): string | undefined {
        return options.namespace ?? this.options.namespace;
    }

    #start(): void {
        if (this.state !== "closed") return;
        addOnline(this.#online);
        this.#connection.start();
    }

    #call(call: Call): Promise<unknown> {
        this.#start();
        return this.#requests.call(call);
    }

    #publish(fields: object, ephemeral: boolean, options: RequestOptions): Promise<unknown> {
        return this.#call({
            command: "publish",
            fields,
            repeatable: !ephemeral,
            repeatableForMs: keyKnownMs,
            onlyIfConnected: ephemeral,
            options: { signal: options.signal, timeoutMs: options.timeoutMs },
        });
    }

    /** Introduces itself, subscribes, and repeats what was unanswered: in that order, so that no own publish is missed. */
    #opened(): void {
        const unanswered = this.#requests.take();
        const call = { command: "connect", fields: { client: this.options.name ?? "tern-client" }, repeatable: false };
        this.#requests.call({ ...call, onlyIfConnected: true, own: true, options: { timeoutMs: Infinity } }).then(
            (answer) => this.#connection.confirmed(brokerInfo(answer as Record<string, unknown>)),
            () => {},
        );
        for (const subscription of [...this.#subscriptions]) subscription.opened();
        this.#requests.repeat(unanswered);
    }

    #received(message: Push): void {
        if (typeof message.id === "number") return this.#requests.answered(message as Push & { id: number });
        for (const [kind, body] of Object.entries(message)) {
            const push = body as Push;
            for (const subscription of this.#subscriptions) {
                if (subscription.hasId(push["sub"])) subscription.pushed(kind, push);
            }
        }
    }

    #lost({ error, refused, final }: { error: TernError; refused: boolean; final: boolean }): void {
        if (final) {
            removeOnline(this.#online);
            this.#requests.closed(error);
            for (const subscription of [...this.#subscriptions]) subscription.closed(error);
        } else {
            this.#requests.lost(error, refused);
            for (const subscription of [...this.#subscriptions]) subscription.lost();
        }
    }
}

const wireFrom = (from: From | undefined) => (typeof from === "object" && "time" in from ? { time: Number(from.time) } : from);

function publicationFields({ subject, data, as, attributes, key, group, ephemeral }: NewPublication): object {
    return { subject, ...encodePayload(data, as), attributes, group, ephemeral, key: key ?? (ephemeral ? undefined : randomKey()) };
}

function published(from: unknown): Published {
    const { id = "", offset, epoch, duplicate = false } = from as Partial<Published>;
    return { id, offset, epoch, duplicate };
}

function brokerInfo(answer: Record<string, unknown>): BrokerInfo {
    return {
        broker: String(answer["broker"] ?? ""),
        pingMs: Number(answer["ping_ms"] ?? 0),
        limits: (answer["limits"] ?? {}) as Record<string, number>,
    };
}

type Listening = { addEventListener?(type: string, listener: () => void): void; removeEventListener?(type: string, listener: () => void): void };

// A browser says when there is a network again.
const addOnline = (listener: () => void) => (globalThis as Listening).addEventListener?.("online", listener);
const removeOnline = (listener: () => void) => (globalThis as Listening).removeEventListener?.("online", listener);
