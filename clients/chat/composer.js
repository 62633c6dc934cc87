import { byId } from "./dom.js";

const measuredMax = 20_000;

/// Where one writes. Enter sends; with Shift it begins a line.
export class Composer {
    field = byId("composer-text");
    form = byId("composer");
    #drafts = new Map();
    #room = "";

    constructor({ send, typing }) {
        this.form.addEventListener("submit", (event) => {
            event.preventDefault();
            this.#send(send);
        });
        this.field.addEventListener("keydown", (event) => {
            // An input method's Enter only takes its proposal.
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            this.#send(send);
        });
        this.field.addEventListener("input", () => {
            this.#fit();
            if (this.field.value.trim() !== "") typing();
        });
    }

    /// Each room keeps its draft.
    enter(room) {
        this.#drafts.set(this.#room, this.field.value);
        this.#room = room;
        this.field.value = this.#drafts.get(room) ?? "";
        this.field.placeholder = `Message #${room}`;
        this.#fit();
    }

    focus() {
        this.field.focus();
    }

    #send(send) {
        const text = this.field.value.trim();
        if (text === "") return;
        this.field.value = "";
        this.#fit();
        send(text);
        this.field.focus();
    }

    #fit() {
        // Measured as long as that is quick; a novel that was pasted is higher than the limit in chat.css anyway.
        if (this.field.value.length > measuredMax) return this.field.style.setProperty("height", "100vh");
        this.field.style.height = "auto";
        this.field.style.height = `${this.field.scrollHeight}px`;
    }
}
