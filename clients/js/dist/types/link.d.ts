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
