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
export class Backoff {
    #attempts = 0;

    constructor(
        private readonly options: BackoffOptions,
        private readonly random: () => number = Math.random,
    ) {}

    /** The next pause in milliseconds, from minMs to maxMs. */
    next(): number {
        const { minMs, maxMs } = this.options;
        // Bounded before it is a power, so that a client that is offline for a week does not reach Infinity.
        const range = Math.min(maxMs, minMs * 2 ** Math.min(this.#attempts++, 30));
        return Math.min(maxMs, minMs + this.random() * range);
    }

    /** All is well again: the next pause is a short one. */
    reset(): void {
        this.#attempts = 0;
    }
}
