/** What the client needs of a WebSocket: browsers, Node.js 22 and npm's `ws` have it. */
export interface WebSocketLike {
    binaryType: string;
    readonly readyState: number;
    onopen: ((event: never) => void) | null;
    onmessage: ((event: {
        data: unknown;
    }) => void) | null;
    onclose: ((event: {
        code: number;
        reason: string;
    }) => void) | null;
    onerror: ((event: never) => void) | null;
    send(text: string): void;
    close(code?: number, reason?: string): void;
}
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;
