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

    /** False when it is full: then nothing was added. */
    push(item: Item): boolean {
        if (this.#ended) return true;
        const reader = this.#readers.shift();
        if (reader) {
            reader.resolve({ value: item, done: false });
            return true;
        }
        if (this.size >= this.itemsMax) return false;
        this.#items.push(item);
        return true;
    }

    /** What is there can still be read; then reading ends, with `error` if there is one. */
    end(error?: unknown): void {
        if (this.#ended) return;
        this.#ended = true;
        this.#error = error;
        for (const reader of this.#readers.splice(0)) this.#finish(reader.resolve, reader.reject);
    }

    /** All that waits, which is then gone from here. */
    take(): Item[] {
        const items = this.#items.slice(this.#head);
        this.#items = [];
        this.#head = 0;
        return items;
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
