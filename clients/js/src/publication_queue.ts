/**
 * What has arrived and waits to be read by `for await`. Bounded: a program that does not read gets an error, not a
 * process that grows.
 * @internal
 */
export class PublicationQueue<Item> {
    #items: Item[] = [];
    #head = 0;
    #readers: { resolve: (result: IteratorResult<Item>) => void; reject: (error: unknown) => void }[] = [];
    #ended = false;
    #error: unknown;

    constructor(private readonly itemsMax: number) {}

    get size(): number {
        return this.#items.length - this.#head;
    }

    /** Whether one more may be pushed. */
    get hasRoom(): boolean {
        return this.#readers.length > 0 || this.size < this.itemsMax;
    }

    push(item: Item): void {
        if (this.#ended) return;
        const reader = this.#readers.shift();
        if (reader) reader.resolve({ value: item, done: false });
        else this.#items.push(item);
    }

    /** What is there can still be read; then reading ends, with `error` if there is one. */
    end(error?: unknown): void {
        if (this.#ended) return;
        this.#ended = true;
        this.#error = error;
        for (const reader of this.#readers.splice(0)) this.#finish(reader.resolve, reader.reject);
    }

    /** The first of those that wait which is as wanted. */
    find(wanted: (item: Item) => boolean): Item | undefined {
        for (let at = this.#head; at < this.#items.length; ++at) {
            const item = this.#items[at] as Item;
            if (wanted(item)) return item;
        }
        return undefined;
    }

    /** What has waited longest, if anything does. */
    take(): Item | undefined {
        return this.size > 0 ? this.#shift() : undefined;
    }

    next(): Promise<IteratorResult<Item>> {
        return new Promise((resolve, reject) => {
            if (this.size > 0) resolve({ value: this.#shift(), done: false });
            else if (this.#ended) this.#finish(resolve, reject);
            else this.#readers.push({ resolve, reject });
        });
    }

    #shift(): Item {
        const item = this.#items[this.#head++] as Item;
        // Cut off now and then, so that neither each read moves everything nor what was read stays for ever.
        if (this.#head >= 1024 || this.#head === this.#items.length) {
            this.#items = this.#items.slice(this.#head);
            this.#head = 0;
        }
        return item;
    }

    #finish(resolve: (result: IteratorResult<Item>) => void, reject: (error: unknown) => void): void {
        const error = this.#error;
        this.#error = undefined;
        if (error === undefined) resolve({ value: undefined, done: true });
        else reject(error);
    }
}
