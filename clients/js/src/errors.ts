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
export class TernError extends Error {
    readonly code: number;
    /** Whether the same request may succeed later. */
    readonly temporary: boolean;

    constructor(name: string, message: string, options: { code?: number; temporary?: boolean } = {}) {
        super(message);
        this.name = name;
        this.code = options.code ?? 0;
        this.temporary = options.temporary ?? false;
    }

    /** @internal */
    static fromWire(error: WireError): TernError {
        return new TernError(error.name, error.message, { code: error.code, temporary: error.temporary ?? false });
    }
}

/** @internal */
export const connectionLost = (message = "The connection was lost before the answer came.") =>
    new TernError("connection_lost", message, { temporary: true });

/** @internal */
export const clientClosed = (message = "The client is closed.") => new TernError("closed", message);

/** @internal */
export const subscriptionEnded = () => new TernError("closed", "The subscription has ended.");

/** @internal */
export const noAnswer = (command: string, timeoutMs: number) =>
    new TernError("timed_out", `No answer to ${command} in ${timeoutMs} ms.`, { temporary: true });
