/// A clock that a test moves.
export class ManualTimers {
    #now = 0;
    #timers = new Set();

    now() {
        return this.#now;
    }

    after(ms, action) {
        const timer = { due: this.#now + ms, action };
        this.#timers.add(timer);
        return () => void this.#timers.delete(timer);
    }

    /// How long until something happens by itself; Infinity if nothing does.
    get untilNext() {
        return Math.min(...[...this.#timers].map((timer) => timer.due - this.#now));
    }

    /// Moves the clock; what becomes due happens, in order, each with time for what it starts.
    async advance(ms) {
        const end = this.#now + ms;
        for (;;) {
            const due = [...this.#timers].filter((timer) => timer.due <= end).sort((a, b) => a.due - b.due)[0];
            if (!due) break;
            this.#now = due.due;
            this.#timers.delete(due);
            due.action();
            await settled();
        }
        this.#now = end;
        await settled();
    }
}

/// After all that follows by promises alone has happened.
export const settled = () => new Promise((resolve) => setImmediate(resolve));
