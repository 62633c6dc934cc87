const delayMs = 15;

/// Does things a moment later, each once however often it was asked for: a thousand messages that are recovered at once
/// are shown in a few steps.
export class Soon {
    #due = new Map();
    #timer;

    run(key, action) {
        this.#due.set(key, action);
        this.#timer ??= setTimeout(() => this.#all(), delayMs);
    }

    #all() {
        this.#timer = undefined;
        const due = [...this.#due.values()];
        this.#due.clear();
        for (const action of due) action();
    }
}
