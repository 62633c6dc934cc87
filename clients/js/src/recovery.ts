/**
 * Counts what a subscription missed: publications that arrive after connecting again, up to the last one that there was
 * at that moment. They may arrive before it is known which one that is.
 * @internal
 */
export class Recovery {
    #offsets: number[] = [];
    #count = 0;
    #last: number | undefined;

    constructor(private readonly done: (count: number) => void) {}

    published(offset: number | undefined): void {
        if (offset === undefined) return;
        if (this.#last === undefined) this.#offsets.push(offset);
        else this.#take(offset);
    }

    /** `last` is the offset of the last one, if there is any; `next` is what the subscription waits for. */
    endsWith(last: number | undefined, next: number | undefined): void {
        if (last === undefined) return this.done(this.#offsets.length);
        this.#last = last;
        this.#count = this.#offsets.filter((offset) => offset <= last).length;
        this.#offsets = [];
        if (next === undefined || last < next) this.done(this.#count);
    }

    #take(offset: number): void {
        if (offset <= this.#last!) this.#count++;
        if (offset >= this.#last!) this.done(this.#count);
    }
}
