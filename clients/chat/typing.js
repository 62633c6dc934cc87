/// Who is typing, and telling that one is: signals that are pushed, kept nowhere, and forgotten in seconds.

const shownMs = 4000;
const toldEveryMs = 2000;

/// Others who are typing, by room.
export class Typists {
    #rooms = new Map();

    constructor(changed) {
        this.changed = changed;
    }

    names(room) {
        return [...(this.#rooms.get(room)?.values() ?? [])].map((each) => each.name);
    }

    seen(room, by, name) {
        const typists = this.#rooms.get(room) ?? new Map();
        this.#rooms.set(room, typists);
        clearTimeout(typists.get(by)?.timer);
        typists.set(by, { name, timer: setTimeout(() => this.done(room, by), shownMs) });
        this.changed(room);
    }

    done(room, by) {
        const typists = this.#rooms.get(room);
        if (!typists?.has(by)) return;
        clearTimeout(typists.get(by).timer);
        typists.delete(by);
        this.changed(room);
    }
}

/// Lets something through every two seconds at most.
export class Throttle {
    #last = -Infinity;

    run(action) {
        const now = performance.now();
        if (now - this.#last < toldEveryMs) return;
        this.#last = now;
        action();
    }
    reset() {
        this.#last = -Infinity;
    }
}
