import { byId } from "./dom.js";

const shownMs = 6000;

const texts = {
    connecting: () => "Connecting…",
    reconnecting: () => "Connection lost. Reconnecting…",
    recovered: ({ recoveredCount: count }) =>
        count === 0 ? "Back again. Nothing was missed." : `Back again. Recovered ${count} ${count === 1 ? "message" : "messages"}.`,
    gap: () => "Back again. Some messages are no longer kept and are missing here.",
    ended: ({ endedBecause }) => `The broker has ended this conversation. ${endedBecause}`,
};
const passing = ["recovered", "gap"];

/// What is to be said about the connection.
export class Banner {
    #timer;
    element = byId("banner");
    text = byId("banner-text");
    retry = byId("retry-now");

    constructor(retryNow) {
        this.retry.addEventListener("click", retryNow);
    }

    show(model) {
        clearTimeout(this.#timer);
        const state = model.connection;
        this.element.dataset.state = state;
        document.documentElement.dataset.connection = state;
        this.element.hidden = !(state in texts);
        this.retry.hidden = state !== "reconnecting";
        this.text.textContent = texts[state]?.(model) ?? "";
        if (passing.includes(state)) this.#timer = setTimeout(() => (this.element.hidden = true), shownMs);
    }
}
