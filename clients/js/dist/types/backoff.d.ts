export interface BackoffOptions {
    /** The shortest pause before connecting again, in milliseconds. */
    minMs: number;
    /** The longest one. */
    maxMs: number;
}
/**
 * The pauses between attempts: random, so that a thousand clients that lost the same broker do not come back at the same
 * moment, over a range that doubles with each attempt ("full jitter").
 */
export declare class Backoff {
    #private;
    private readonly options;
    private readonly random;
    constructor(options: BackoffOptions, random?: () => number);
    /** The next pause in milliseconds, from minMs to maxMs. */
    next(): number;
    /** All is well again: the next pause is a short one. */
    reset(): void;
}
