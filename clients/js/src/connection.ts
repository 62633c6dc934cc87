import { Backoff, type BackoffOptions } from "./backoff.js";
import { clientClosed, connectionLost, TernError } from "./errors.js";
import { Emitter } from "./events.js";
import { findWebSocket, Link, type Push, type WebSocketConstructor, type WebSocketLike } from "./link.js";
import type { Timers } from "./timers.js";

/** `closed` is the beginning, and the end: after close(), or when the broker says that connecting again is of no use. */
export type ConnectionState = "closed" | "connecting" | "connected";

export interface StateChange {
    state: ConnectionState;
    previous: ConnectionState;
    /** Why the connection was lost, or could not be made. */
    error?: TernError;
    /** When the next attempt is made, if not at once. */
    retryInMs?: number;
}

/** What the broker tells about itself. */
export interface BrokerInfo {
    broker: string;
    pingMs: number;
    limits: Record<string, number>;
}

/** @internal */
export interface ConnectionOptions {
    url: string;
    WebSocket?: WebSocketConstructor | undefined;
    backoff: BackoffOptions;
    openTimeoutMs: number;
    timers: Timers;
    random?: (() => number) | undefined;
}

/** @internal */
export interface ConnectionEvents {
    state: StateChange;
    /** A new connection is open: now everything is said again. */
    opened: undefined;
    /** It is gone. `refused` when the broker closed it over what it was sent. */
    lost: { error: TernError; refused: boolean; final: boolean };
    message: Push;
}

// Closed over what was sent: the same again would end the same way.
const closedOverContents = [1002, 1003, 1007, 1009];
const isFinal = (code: number) => code >= 4500 && code <= 4999;

/**
 * Keeps a connection: opens it, notices when it is dead, opens it again.
 * @internal
 */
export class Connection extends Emitter<ConnectionEvents> {
    state: ConnectionState = "closed";
    info: BrokerInfo | undefined;
    #link: Link | undefined;
    #isOpen = false;
    #attempt = 0;
    #heardAt = 0;
    #stopTimer: () => void = () => {};
    readonly #backoff: Backoff;

    constructor(private readonly options: ConnectionOptions) {
        super();
        this.#backoff = new Backoff(options.backoff, options.random);
    }

    /** Whether what is sent now goes out. */
    get isOpen(): boolean {
        return this.#isOpen;
    }

    start(): void {
        if (this.state !== "closed") return;
        this.#backoff.reset();
        void this.#open();
        this.#become({ state: "connecting" }); // last: who is told may close it
    }

    stop(): void {
        if (this.state === "closed") return;
        this.#forget(1000, "");
        this.#become({ state: "closed" });
        this.emit("lost", { error: clientClosed(), refused: false, final: true });
    }

    /** Does not wait for the rest of a pause. */
    retryNow(): void {
        if (this.state === "connecting" && !this.#link) void this.#open();
    }

    send(text: string): void {
        this.#link?.send(text);
    }

    /** The broker has answered on this connection. */
    confirmed(info: BrokerInfo): void {
        if (!this.#isOpen) return;
        this.info = info;
        this.#backoff.reset();
        this.#watch();
        this.#become({ state: "connected" }); // last: who is told may close it
    }

    async #open(): Promise<void> {
        this.#stopTimer();
        const attempt = ++this.#attempt;
        let socket: WebSocketLike;
        try {
            const constructor = await findWebSocket(this.options.WebSocket);
            if (attempt !== this.#attempt) return;
            socket = new constructor(this.options.url, ["tern.json.v1"]);
        } catch (error) {
            // No WebSocket, or not a URL for one: no later attempt would go better.
            return this.#lost(error instanceof TernError ? error : clientClosed(String(error)), false, true);
        }
        this.#link = new Link(socket, {
            opened: () => this.#opened(),
            heard: () => (this.#heardAt = this.options.timers.now()),
            message: (message) => this.emit("message", message),
            closed: (code, reason) => this.#closed(code, reason),
        });
        this.#stopTimer = this.options.timers.after(this.options.openTimeoutMs, () => {
            this.#lost(connectionLost("The broker did not answer in time."), false, false);
        });
    }

    #opened(): void {
        this.#isOpen = true;
        this.#heardAt = this.options.timers.now();
        this.emit("opened", undefined);
    }

    #closed(code: number, reason: string): void {
        const detail = reason ? `: ${reason}` : "";
        const text = `The connection was closed (${code}${detail}).`;
        const final = isFinal(code);
        this.#lost(final ? clientClosed(text) : connectionLost(text), closedOverContents.includes(code), final);
    }

    /** Looks, as often as is due, whether the broker has been silent for two of its pings. */
    #watch(): void {
        this.#stopTimer();
        const { timers } = this.options;
        const silenceMax = 2 * (this.info?.pingMs ?? 0);
        if (silenceMax === 0) return;
        const left = this.#heardAt + silenceMax - timers.now();
        if (left <= 0) return this.#lost(connectionLost("The broker fell silent."), false, false);
        this.#stopTimer = timers.after(left, () => this.#watch());
    }

    #lost(error: TernError, refused: boolean, final: boolean): void {
        this.#forget(4002, "");
        if (final) {
            this.#become({ state: "closed", error });
        } else {
            const retryInMs = this.#backoff.next();
            this.#stopTimer = this.options.timers.after(retryInMs, () => void this.#open());
            this.#become({ state: "connecting", error, retryInMs });
        }
        this.emit("lost", { error, refused, final });
    }

    #forget(code: number, reason: string): void {
        this.#stopTimer();
        this.#attempt++;
        this.#isOpen = false;
        this.#link?.drop(code, reason);
        this.#link = undefined;
    }

    #become(change: Omit<StateChange, "previous">): void {
        const previous = this.state;
        this.state = change.state;
        this.emit("state", { ...change, previous });
    }
}
