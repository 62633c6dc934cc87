import { TernError } from "./errors.js";

/**
 * What the client needs of a WebSocket: browsers, Node.js 22 and npm's `ws` have it. Each calls its listeners with an
 * event type of its own, and types of listeners only fit each other if they say nothing of that.
 */
export interface WebSocketLike {
    binaryType: string;
    readonly readyState: number;
    onopen: ((event: any) => void) | null;
    onmessage: ((event: any) => void) | null;
    onclose: ((event: any) => void) | null;
    onerror: ((event: any) => void) | null;
    send(text: string): void;
    close(code?: number, reason?: string): void;
}
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

/** @internal */
export type Push = Record<string, unknown> & { id?: number };

/** @internal */
export interface LinkEvents {
    opened(): void;
    /** Something was heard, whatever it was. */
    heard(): void;
    message(message: Push): void;
    /** Nothing follows. The code is a WebSocket close code, 1006 if there was none. */
    closed(code: number, reason: string): void;
}

/**
 * One WebSocket, from opening to its end, with JSON objects in and out.
 * @internal
 */
export class Link {
    #over = false;

    constructor(
        private readonly socket: WebSocketLike,
        private readonly events: LinkEvents,
    ) {
        socket.onopen = () => this.#over || events.opened();
        socket.onmessage = (event: { data: unknown }) => this.#read(event.data);
        socket.onclose = (event: { code: number; reason: string }) => this.#end(event.code, event.reason);
        socket.onerror = () => {}; // a close follows and says as much
    }

    send(text: string): void {
        if (!this.#over && this.socket.readyState === 1) this.socket.send(text);
    }

    /** Closes and forgets it: a dead connection would take minutes to say that it is closed. */
    drop(code: number, reason: string): void {
        if (this.#over) return;
        this.#over = true;
        this.socket.close(code, reason);
    }

    #read(data: unknown): void {
        if (this.#over) return;
        this.events.heard();
        if (typeof data !== "string") return this.#refuse("The broker sent bytes where text was agreed.");
        for (const line of data.split("\n")) {
            if (line === "" || this.#over) continue;
            let message: Push;
            try {
                message = JSON.parse(line) as Push;
            } catch {
                return this.#refuse("The broker sent what is not JSON.");
            }
            this.events.message(message);
        }
    }

    #refuse(reason: string): void {
        this.drop(4500, reason);
        this.events.closed(4500, reason);
    }

    #end(code: number, reason: string): void {
        if (this.#over) return;
        this.#over = true;
        this.events.closed(code, reason);
    }
}

/**
 * The constructor to use: the one given, else what is built in, else that of npm's `ws`.
 * @internal
 */
export async function findWebSocket(given?: WebSocketConstructor): Promise<WebSocketConstructor> {
    const builtIn = given ?? (globalThis as { WebSocket?: unknown }).WebSocket;
    if (builtIn) return builtIn as WebSocketConstructor;
    const packageName = "ws"; // a variable, so that no bundler for browsers looks for it
    try {
        return (await import(/* @vite-ignore */ /* webpackIgnore: true */ packageName)).default as WebSocketConstructor;
    } catch {
        throw new TernError("closed", "There is no WebSocket here: install the package `ws` beside tern-client, or give the option WebSocket.");
    }
}
