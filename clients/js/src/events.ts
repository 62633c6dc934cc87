/** Throws where nobody's call stack is hurt: the program learns of it as of any uncaught error. */
const throwLater = (error: unknown) =>
    queueMicrotask(() => {
        throw error;
    });

/** Typed events: `Events` maps the name of each to what its listeners get. */
export class Emitter<Events> {
    readonly #listeners = new Map<keyof Events, Set<(event: never) => void>>();

    /** Calls `listener` for each event of that type, until the function that this returns is called. */
    on<Type extends keyof Events>(type: Type, listener: (event: Events[Type]) => void): () => void {
        const listeners = this.#listeners.get(type) ?? new Set();
        this.#listeners.set(type, listeners.add(listener));
        return () => void listeners.delete(listener);
    }

    /** Calls `listener` for the next event of that type only. */
    once<Type extends keyof Events>(type: Type, listener: (event: Events[Type]) => void): () => void {
        const off = this.on(type, (event) => {
            off();
            listener(event);
        });
        return off;
    }

    /** @internal */
    emit<Type extends keyof Events>(type: Type, event: Events[Type]): void {
        for (const listener of [...(this.#listeners.get(type) ?? [])]) {
            try {
                (listener as (event: Events[Type]) => void)(event);
            } catch (error) {
                throwLater(error); // a listener that fails does not keep others, or the client, from going on
            }
        }
    }

    /** @internal */
    has(type: keyof Events): boolean {
        return (this.#listeners.get(type)?.size ?? 0) > 0;
    }
}
