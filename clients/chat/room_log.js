/// How many messages of a room are kept here; older ones are fetched again when they are asked for.
const messagesMax = 2000;

/// The messages of one room that this window knows: in order, each once, with one's own that the broker has yet to
/// confirm behind them.
export class RoomLog {
    messages = [];
    pending = [];
    /// Whether the latest messages were fetched, so that there is no hole before the first one that came live.
    loaded = false;
    /// Whether the history may have older ones, and before which offset they are.
    more = false;
    olderBefore = 0;

    constructor(name) {
        this.name = name;
    }

    get newestOffset() {
        return this.messages.at(-1)?.offset;
    }
    /// All that is to be shown.
    get rows() {
        return [...this.messages, ...this.pending];
    }

    /// Adds a message that the broker has. False if it is here already.
    add(message) {
        const at = this.#placeOf(message.offset);
        if (this.messages[at]?.offset === message.offset) return false;
        this.messages.splice(at, 0, message);
        this.pending = this.pending.filter((each) => each.id !== message.id || each.by !== message.by);
        if (this.messages.length > messagesMax && at === this.messages.length - 1) {
            this.messages.splice(0, this.messages.length - messagesMax);
            this.more = true;
            this.olderBefore = this.messages[0].offset;
        }
        return true;
    }

    addPending(message) {
        this.pending.push(message);
    }
    removePending(message) {
        this.pending = this.pending.filter((each) => each !== message);
    }

    /// A page of the history was added.
    readBackTo({ nextOffset, more }) {
        this.loaded = true;
        this.olderBefore = nextOffset;
        this.more = more;
    }

    /// Forgets what the broker had: its offsets have begun anew, or there is a hole.
    forget() {
        this.messages = [];
        this.loaded = false;
        this.more = false;
    }

    /// The number of messages behind an offset that are not by `by`.
    countAfter(offset, by) {
        let count = 0;
        for (let at = this.messages.length - 1; at >= 0 && this.messages[at].offset > offset; --at) count += this.messages[at].by !== by;
        return count;
    }

    /// Where a message with that offset is or belongs; mostly at the end.
    #placeOf(offset) {
        let low = 0;
        let high = this.messages.length;
        if (high === 0 || this.messages[high - 1].offset < offset) return high;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (this.messages[middle].offset < offset) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
