/// Takes the pictures in docs/images: node tests/conformance/chat/take_screenshots.js docs/images
/// with TERND and TERN_CLI naming the programs. Best where the font Inter and a font with emoji are installed.
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { Broker } from "../../node/broker.js";
import { startBrowser, Window } from "./browser.js";

const folder = process.argv[2] ?? ".";
const ends = [];
const script = { after: (end) => ends.unshift(end) };

const conversation = [
    ["Mira Holm", "Morning! The release candidate is up. Shall we try to break it?"],
    ["Jonas", "With pleasure."],
    ["Jonas", "I start with kill -9 while both of you write."],
    ["نورة", "أنا جاهزة 👋"],
    ["Mira Holm", "Everything that says ✓ on disk has to be here afterwards, once."],
];

async function talk(windows) {
    for (const [name, text] of conversation) {
        await windows[name].write(text);
        for (const window of Object.values(windows)) await window.sees(text);
    }
}

async function picture(window, name) {
    await window.page.screenshot({ path: join(folder, `chat-${name}.png`) });
}

mkdirSync(folder, { recursive: true });
try {
    const broker = await Broker.start(script);
    const browser = await startBrowser(script);
    const open = (name, options) => Window.open(browser, broker, name, { viewport: { width: 1100, height: 640 }, ...options });
    const mira = await open("Mira Holm");
    const jonas = await open("Jonas", { colorScheme: "dark" });
    const noura = await open("نورة", { viewport: { width: 390, height: 700 } });
    await jonas.page.goto(`${broker.url}/chat#deploys`);
    for (const text of ["3f2a1c is live", "and rolled back", "and live again"]) await jonas.write(text);
    await jonas.page.goto(`${broker.url}/chat#lobby`);
    await talk({ "Mira Holm": mira, Jonas: jonas, "نورة": noura });

    await noura.page.fill("#composer-text", "…");
    await mira.page.waitForSelector("#typing:not(:empty)");
    await picture(mira, "light");
    await noura.page.fill("#composer-text", "");
    await picture(noura, "phone");
    await broker.kill();
    await Promise.all([mira, jonas].map((window) => window.connectionIs("reconnecting")));
    await jonas.write("Dead. This one waits.");
    await jonas.page.waitForSelector("[data-state=sending]");
    await picture(jonas, "reconnecting");
    await broker.restart();
    await jonas.connectionIs("recovered");
    await jonas.page.waitForSelector("[data-state=sending]", { state: "detached" });
    await jonas.seesPeople("Mira Holm", "Jonas", "نورة");
    await picture(jonas, "dark");
} finally {
    for (const end of ends) await end();
}
