import { byId } from "./dom.js";

/// On a narrow screen the rooms and the people are drawers, opened by buttons; Escape and a tap beside close them.
export class Drawers {
    #drawers = [
        { name: "rooms", button: byId("open-rooms"), panel: byId("sidebar") },
        { name: "people", button: byId("open-people"), panel: byId("people-panel") },
    ];

    constructor() {
        for (const drawer of this.#drawers) drawer.button.addEventListener("click", () => this.#toggle(drawer));
        byId("shade").addEventListener("click", () => this.close());
        document.addEventListener("keydown", (event) => {
            if (event.key !== "Escape") return;
            const open = this.#open;
            this.close();
            open?.button.focus();
        });
    }

    close() {
        for (const { button } of this.#drawers) button.setAttribute("aria-expanded", "false");
        delete document.body.dataset.drawer;
    }

    get #open() {
        return this.#drawers.find(({ name }) => name === document.body.dataset.drawer);
    }

    #toggle(drawer) {
        const wasOpen = this.#open === drawer;
        this.close();
        if (wasOpen) return;
        document.body.dataset.drawer = drawer.name;
        drawer.button.setAttribute("aria-expanded", "true");
        drawer.panel.querySelector("a[aria-current], a, input, [tabindex]")?.focus();
    }
}
