/** Time as the client sees it. Tests move it by hand. */
export interface Timers {
    /** Milliseconds from some moment on; never goes back. */
    now(): number;
    /** Calls `action` once after `ms`. The function that it returns prevents that. */
    after(ms: number, action: () => void): () => void;
}
/** The machine's own clock. */
export declare const systemTimers: Timers;
