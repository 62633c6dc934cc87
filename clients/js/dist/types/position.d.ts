/** Publications that a subscription will not get: from offset `from` up to, and without, `to`. */
export interface Gap {
    /** Why: the history no longer reaches back, the offsets have begun anew, or the broker dropped what was not read. */
    reason: "not_kept" | "epoch_changed" | "dropped";
    epoch: string | undefined;
    from: number | undefined;
    to: number | undefined;
    /** How many, where that is known. */
    dropped: number | undefined;
}
