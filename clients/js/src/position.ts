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

/** @internal */
export interface WhereItGoesOn {
    epoch?: string;
    offset?: number;
    recovered?: boolean;
}

/**
 * How far a subscription has come in its topic's log: what makes recovery complete and free of doubles.
 * @internal
 */
export class Position {
    constructor(
        public epoch?: string,
        public next?: number,
    ) {}

    /** Whether there is something to go on from. */
    get known(): boolean {
        return this.next !== undefined;
    }

    /** Whether the publication with that offset was there before. */
    isBehind(offset: number): boolean {
        return this.next !== undefined && offset < this.next;
    }

    /** The publication with that offset is there. */
    advance(offset: number): void {
        if (!this.isBehind(offset)) this.next = offset + 1;
    }

    /** The broker has answered a subscribe. What is missing, if anything is. */
    resumed(answer: WhereItGoesOn): Gap | undefined {
        const before = new Position(this.epoch, this.next);
        const complete = answer.recovered !== false;
        if (!before.known || !complete) this.next = answer.offset ?? before.next;
        this.epoch = answer.epoch ?? before.epoch;
        if (!before.known || complete) return undefined;

        const anew = before.epoch !== undefined && before.epoch !== this.epoch;
        return { reason: anew ? "epoch_changed" : "not_kept", epoch: this.epoch, from: before.next, to: this.next, dropped: undefined };
    }

    /** The broker has left out what is before `to`. False if that is known. */
    skip(to: number | undefined): boolean {
        if (to === undefined || this.next === undefined) return true;
        if (to <= this.next) return false;
        this.next = to;
        return true;
    }
}
