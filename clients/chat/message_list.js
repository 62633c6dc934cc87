import { arrange, byId, element } from "./dom.js";
import { MessageRow } from "./message_row.js";
import { dayName, isSameDay } from "./times.js";

const groupedWithinMs = 5 * 60_000;
const nearBottomPixels = 80;

const continues = (message, before) =>
    before !== undefined && before.by === message.by && before.name === message.name &&
    isSameDay(before.time, message.time) && message.time - before.time < groupedWithinMs;

/// The messages of the room that is shown.
export class MessageList {
    #rows = new Map();
    #days = new Map();
    #room = "";
    #newestSeen = -1;

    /// `actions`: loadOlder(), retry(message), discard(message), seen().
    constructor(self, actions) {
        this.self = self;
        this.actions = actions;
        this.scroller = byId("scroller");
        this.list = byId("messages");
        this.older = byId("load-older");
        this.newer = byId("jump-to-newest");
        this.older.addEventListener("click", () => this.#loadOlder());
        this.newer.addEventListener("click", () => this.toBottom());
        this.scroller.addEventListener("scroll", () => this.isAtBottom() && this.#sawAll(), { passive: true });
        new ResizeObserver(() => this.#wasAtBottom && this.toBottom()).observe(this.scroller);
    }
    #wasAtBottom = true;

    isAtBottom() {
        const { scrollTop, scrollHeight, clientHeight } = this.scroller;
        return scrollHeight - scrollTop - clientHeight < nearBottomPixels;
    }

    toBottom() {
        this.scroller.scrollTop = this.scroller.scrollHeight;
        this.#sawAll();
    }

    /// Shows a log as it is now.
    show(log) {
        const isOther = log.name !== this.#room;
        if (isOther) this.#begin(log);
        const stick = isOther || this.isAtBottom();
        const mineIsNew = log.pending.some((each) => !this.#rows.has(keyOf(each)));
        const { scrollHeight, scrollTop } = this.scroller;
        const oldest = this.list.firstElementChild;

        arrange(this.list, this.#elements(log));
        this.older.hidden = !log.more;
        byId("empty").hidden = !log.loaded || log.rows.length > 0 || log.more;

        if (stick || mineIsNew) this.toBottom();
        else if (oldest !== this.list.firstElementChild) this.scroller.scrollTop = scrollTop + this.scroller.scrollHeight - scrollHeight;
        else this.#tellOfNewer(log);
    }

    #begin(log) {
        this.#room = log.name;
        this.#rows.clear();
        this.#days.clear();
        this.#newestSeen = -1;
    }

    #elements(log) {
        const elements = [];
        const ids = new Set();
        let before;
        for (const message of log.rows) {
            if (!before || !isSameDay(before.time, message.time)) elements.push(this.#day(message.time));
            const row = this.#row(message);
            row.grouped = continues(message, before);
            elements.push(row.element);
            ids.add(keyOf(message));
            before = message;
        }
        for (const key of this.#rows.keys()) if (!ids.has(key)) this.#rows.delete(key);
        return elements;
    }

    #row(message) {
        const isMine = message.by === this.self.by;
        const key = keyOf(message);
        let row = this.#rows.get(key);
        if (!row && isMine) row = this.#confirmed(message, key);
        if (!row) {
            row = new MessageRow(message, isMine, this.actions);
            this.#rows.set(key, row);
        }
        row.update(message);
        return row;
    }

    /// One's own keeps its row when the broker has confirmed it.
    #confirmed(message, key) {
        const row = this.#rows.get(message.id);
        if (!row) return undefined;
        this.#rows.delete(message.id);
        this.#rows.set(key, row);
        return row;
    }

    #day(time) {
        const key = time.toDateString();
        if (!this.#days.has(key)) this.#days.set(key, element("li", { class: "day" }, element("span", {}, dayName(time))));
        return this.#days.get(key);
    }

    #tellOfNewer(log) {
        const count = log.countAfter(this.#newestSeen, this.self.by);
        this.#wasAtBottom = false;
        this.newer.hidden = count === 0;
        this.newer.textContent = count === 1 ? "1 new message ↓" : `${count} new messages ↓`;
    }

    #sawAll() {
        this.newer.hidden = true;
        this.#wasAtBottom = true;
        this.#newestSeen = this.actions.seen() ?? this.#newestSeen;
    }

    async #loadOlder() {
        this.older.disabled = true;
        await this.actions.loadOlder();
        this.older.disabled = false;
        // A button that is gone would take the keyboard's place with it.
        if (this.older.hidden) this.scroller.focus();
    }
}

/// By offset, since an id is what anybody says it is.
const keyOf = (message) => message.offset ?? message.id;
