import { existsSync } from "node:fs";

import { chromium } from "../../node/modules.js";

/// A machine with other work to do is not a failure.
const timeoutMs = 90_000;

const candidates = [process.env.TERN_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/// A real Chromium, closed after the test.
export async function startBrowser(test) {
    const executablePath = candidates.find((path) => path && existsSync(path));
    if (!executablePath) throw new Error("There is no Chromium here: `tools/setup test` installs it, or TERN_CHROMIUM names one.");
    // As root, in containers, it has no sandbox to offer; the page is our own.
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] });
    test.after(() => browser.close());
    return browser;
}

/// A window of the chat with somebody in it.
export class Window {
    /// What the page complained of; a test that ends with any has failed.
    complaints = [];

    static async open(browser, broker, name, { room = "", ...options } = {}) {
        const context = await browser.newContext({ viewport: { width: 1180, height: 720 }, locale: "en-GB", ...options });
        context.setDefaultTimeout(timeoutMs);
        const window = new Window();
        window.page = await context.newPage();
        window.page.on("pageerror", (error) => window.complaints.push(String(error.stack)));
        window.page.on("console", (message) => {
            // While the broker is dead the browser itself says that it cannot connect.
            if (message.type() === "error" && !/WebSocket connection to/.test(message.text())) window.complaints.push(message.text());
        });
        await window.page.goto(`${broker.url}/chat${room && `#${room}`}`);
        if (name !== undefined) await window.join(name);
        return window;
    }

    async join(name) {
        await this.page.fill("#name", name);
        await this.page.press("#name", "Enter");
        // The banner is hidden before there is anything to see, too.
        await this.page.waitForSelector("#app", { state: "visible" });
        await this.page.waitForSelector("#name-dialog", { state: "hidden" });
        await this.page.waitForSelector("#banner", { state: "hidden" });
    }

    async write(text) {
        await this.page.fill("#composer-text", text);
        await this.page.press("#composer-text", "Enter");
    }

    /// Waits for a message with that text; it stands there once.
    async sees(text) {
        const found = this.page.locator("#messages .text", { hasText: text });
        await found.first().waitFor();
        if ((await found.count()) !== 1) throw new Error(`${await found.count()} times: ${text}`);
    }

    /// All texts of the room, in order.
    texts() {
        return this.page.locator("#messages .text").allTextContents();
    }

    /// The names of who is here, once they are those.
    async seesPeople(...names) {
        await this.page.waitForFunction(
            (wanted) => [...document.querySelectorAll("#people .person")].map((each) => each.textContent).sort().join() === wanted,
            names.sort().join());
    }

    /// Waits until the connection's state is this one.
    connectionIs(...states) {
        return this.page.waitForFunction((wanted) => wanted.includes(document.documentElement.dataset.connection), states);
    }
}
