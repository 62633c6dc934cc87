import { TernError, connectionLost, noAnswer, type WireError } from "./errors.js";
import type { Push } from "./link.js";
import type { Timers } from "./timers.js";

/** For every request. */
export interface RequestOptions {
    /** Gives the request up; its promise is rejected with the signal's reason. The broker may have done it. */
    signal?: AbortSignal | undefined;
    /** How long to wait for the answer, over lost connections, in milliseconds. 30,000 if not given; Infinity: for ever. */
    timeoutMs?: number | undefined;
}

/** @internal */
export interface Call {
    command: string;
    fields: object;
    /** Whether it may be sent once more when its answer was lost with the connection. */
    repeatable: boolean;
    /** A repeatable one no longer is so long after it was first sent. */
    repeatableForMs?: number;
    /** Is refused at once while there is no connection. */
    onlyIfConnected?: boolean;
    /** The client's own, which it needs in order to go on: never refused for being one too many. */
    own?: boolean;
    /** Is told the id before it is sent. */
    onId?: (id: number) => void;
    /** Is told the answer before what stands behind it in the same message: a promise would be too late. */
    onAnswer?: (answer: Push) => void;
    options?: RequestOptions | undefined;
}

interface Waiting extends Call {
    id: number;
    /** The fields as they were when it was asked for: what the program changes later is not in it, however late it is sent. */
    text: string;
    sentAt: number | undefined;
    resolve(answer: unknown): void;
    reject(error: unknown): void;
}

/** @internal */
export const timeoutMsDefault = 30_000;
/** What a broker takes at once, as long as it has not told. */
const messageBytesMaxDefault = 20 * 1024 * 1024;

/** Whether it is longer than that in UTF-8, which takes up to three bytes for what counts as one here. */
const isLonger = (text: string, bytesMax: number) =>
    text.length > bytesMax || (text.length * 3 > bytesMax && new TextEncoder().encode(text).length > bytesMax);

/**
 * The requests without an answer, by id; those that may be repeated outlive their connection.
 * @internal
 */
export class Requests {
    #nextId = 1;
    readonly #waiting = new Map<number, Waiting>();

    constructor(
        private readonly timers: Timers,
        private readonly send: (text: string) => void,
        private readonly isOpen: () => boolean,
        private readonly messageBytesMax: () => number | undefined,
        private readonly requestsMax: number,
    ) {}

    get size(): number {
        return this.#waiting.size;
    }

    /** Sends it, or keeps it until there is a connection. */
    call(call: Call): Promise<unknown> {
        const { signal, timeoutMs = timeoutMsDefault } = call.options ?? {};
        if (signal?.aborted) return Promise.reject(signal.reason);
        if (call.onlyIfConnected && !this.isOpen()) return Promise.reject(connectionLost("There is no connection."));
        if (this.#waiting.size >= this.requestsMax && !call.own) {
            return Promise.reject(
                new TernError("too_many_requests", `${this.requestsMax} requests are unanswered.`, { temporary: true }),
            );
        }
        let text: string;
        try {
            text = JSON.stringify(call.fields);
        } catch (error) {
            return Promise.reject(error); // a circle, or a BigInt
        }
        return new Promise((resolve, reject) => {
            const id = this.#nextId++;
            const stopTimer = timeoutMs === Infinity ? () => {} : this.timers.after(timeoutMs, () => timedOut());
            const settle = (settled: () => void) => {
                if (!this.#waiting.delete(id)) return;
                stopTimer();
                signal?.removeEventListener("abort", aborted);
                settled();
            };
            const waiting: Waiting = {
                ...call,
                id,
                text,
                sentAt: undefined,
                resolve: (answer) => settle(() => resolve(answer)),
                reject: (error) => settle(() => reject(error)),
            };
            const aborted = () => waiting.reject(signal?.reason);
            const timedOut = () => waiting.reject(noAnswer(call.command, timeoutMs));
            signal?.addEventListener("abort", aborted);
            this.#waiting.set(id, waiting);
            call.onId?.(id);
            if (this.isOpen()) this.#transmit(waiting);
        });
    }

    /** What waits for a new connection, in the order in which it was asked for. */
    take(): number[] {
        return [...this.#waiting.keys()];
    }

    /** Sends on the new connection what was taken before. */
    repeat(ids: number[]): void {
        for (const id of ids) {
            const waiting = this.#waiting.get(id);
            if (!waiting) continue;
            const age = waiting.sentAt === undefined ? 0 : this.timers.now() - waiting.sentAt;
            if (age < (waiting.repeatableForMs ?? Infinity)) this.#transmit(waiting);
            else waiting.reject(new TernError("outcome_unknown", "Whether the broker has it is not known; it is too late to repeat it safely."));
        }
    }

    /** The connection is gone; `refused` when the broker closed it over something that it was sent. */
    lost(error: TernError, refused: boolean): void {
        for (const waiting of [...this.#waiting.values()]) {
            if (waiting.sentAt === undefined) continue;
            if (refused || !waiting.repeatable) waiting.reject(refused ? new TernError(error.name, error.message) : error);
        }
    }

    /** The client is closed: nothing will be answered. */
    closed(error: TernError): void {
        for (const waiting of [...this.#waiting.values()]) waiting.reject(error);
    }

    answered(message: Push & { id: number }): void {
        const waiting = this.#waiting.get(message.id);
        if (!waiting) return; // was given up
        if (message["error"]) waiting.reject(TernError.fromWire(message["error"] as WireError));
        else this.#take(waiting, (message[waiting.command] ?? {}) as Push);
    }

    #take(waiting: Waiting, answer: Push): void {
        waiting.resolve(answer);
        waiting.onAnswer?.(answer);
    }

    #transmit(waiting: Waiting): void {
        const text = `{"id":${waiting.id},"${waiting.command}":${waiting.text}}`;
        const bytesMax = this.messageBytesMax() ?? messageBytesMaxDefault;
        if (isLonger(text, bytesMax)) {
            return waiting.reject(new TernError("message_too_large", `The broker takes ${bytesMax} bytes at once.`));
        }
        waiting.sentAt ??= this.timers.now();
        this.send(text);
    }
}
