/** Typed events: `Events` maps the name of each to what its listeners get. */
export declare class Emitter<Events> {
    #private;
    /** Calls `listener` for each event of that type, until the function that this returns is called. */
    on<Type extends keyof Events>(type: Type, listener: (event: Events[Type]) => void): () => void;
    /** Calls `listener` for the next event of that type only. */
    once<Type extends keyof Events>(type: Type, listener: (event: Events[Type]) => void): () => void;
}
