/** What the broker says of a refusal. */
export interface WireError {
    code: number;
    name: string;
    message: string;
    temporary?: boolean;
}
/**
 * Why something did not succeed. `name` is the broker's name of a refusal, such as "subject_invalid", and `code` its
 * number (protocol/README.md), or, with code 0, one of the client's own:
 *
 * - `connection_lost`: the connection went away before the answer came, and the request cannot be repeated safely
 * - `outcome_unknown`: as before, after so long that repeating a publish could double it
 * - `timed_out`: no answer in time
 * - `closed`: the client was closed, or the broker will not have it
 * - `too_many_requests`: too many unanswered requests
 * - `message_too_large`: the broker would close the connection over it
 */
export declare class TernError extends Error {
    readonly code: number;
    /** Whether the same request may succeed later. */
    readonly temporary: boolean;
    constructor(name: string, message: string, options?: {
        code?: number;
        temporary?: boolean;
    });
}
