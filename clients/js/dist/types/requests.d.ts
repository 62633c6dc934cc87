/** For every request. */
export interface RequestOptions {
    /** Gives the request up; its promise is rejected with the signal's reason. The broker may have done it. */
    signal?: AbortSignal | undefined;
    /** How long to wait for the answer, over lost connections, in milliseconds. 30,000 if not given; Infinity: for ever. */
    timeoutMs?: number | undefined;
}
