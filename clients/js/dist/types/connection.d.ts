import { TernError } from "./errors.js";
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
