import { avatar, colourBy } from "./avatar.js";
import { element } from "./dom.js";
import { clipped } from "./message.js";
import { exactly, timeOfDay } from "./times.js";

const shownUnits = 1000;
const shownLines = 20;

const sizeOf = (text) => `${text.length.toLocaleString()} characters`;

function beginningOf(text) {
    const short = clipped(text, shownUnits);
    return short.split("\n", shownLines).join("\n");
}

/// The text, as text; a long one is cut, with a button that shows the rest.
function textElement(text) {
    const short = beginningOf(text);
    const made = element("div", { class: "text", dir: "auto" }, short);
    if (short.length === text.length) return made;

    const all = element("button", { class: "link", type: "button" }, `Show all (${sizeOf(text)})`);
    all.addEventListener("click", () => {
        made.textContent = text;
        made.tabIndex = -1;
        made.focus();
        all.remove();
    });
    return element("div", {}, made, "… ", all);
}

/// One message. `actions` has retry(message) and discard(message) for what could not be sent.
export class MessageRow {
    constructor(message, isMine, actions) {
        this.message = message;
        this.isMine = isMine;
        this.actions = actions;
        this.status = element("span", { class: "status" });
        this.element = element("li", { class: isMine ? "message mine" : "message" },
            avatar(message.name),
            element("div", { class: "body" },
                element("div", { class: "head" },
                    colourBy(element("bdi", { class: "name" }, message.name), message.name),
                    element("time", { datetime: message.time.toISOString(), title: exactly(message.time) }, timeOfDay(message.time))),
                textElement(message.text)),
            this.status);
    }

    /// Whether it continues what the same person has just said.
    set grouped(grouped) {
        this.element.classList.toggle("grouped", grouped);
    }

    update(message) {
        this.message = message;
        const { state } = message;
        if (state === this.shownState) return;
        this.shownState = state;
        this.element.dataset.state = state;
        if (!this.isMine) return;
        this.status.replaceChildren(...this.#statusParts(state));
    }

    #statusParts(state) {
        if (state === "sending") return ["sending…"];
        if (state === "kept") return [element("span", { "aria-hidden": "true" }, "✓ "), "on disk"];
        const button = (text, action) => element("button", { class: "link", type: "button", onclick: () => action(this.message) }, text);
        return [`not sent: ${this.message.reason} `, button("Try again", this.actions.retry), " ", button("Discard", this.actions.discard)];
    }
}
