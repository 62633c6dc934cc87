import assert from "node:assert/strict";
import test from "node:test";

import { Broker } from "../../node/broker.js";
import { startBrowser, Window } from "./browser.js";

/// A broker, a browser, and windows with these names in them.
async function windows(t, ...names) {
    const broker = await Broker.start(t);
    const browser = await startBrowser(t);
    const opened = [];
    for (const name of names) opened.push(await Window.open(browser, broker, name));
    return { broker, browser, windows: opened };
}

const post = (broker, subject, data) =>
    fetch(`${broker.url}/topics/${subject}`, { method: "POST", body: JSON.stringify(data), headers: { "Content-Type": "application/json" } });

test("two windows talk, and see each other", async (t) => {
    const { windows: [ann, bob] } = await windows(t, "Ann", "Bob");
    await ann.seesPeople("Ann", "Bob");
    await bob.seesPeople("Ann", "Bob");

    await ann.write("Hello!");
    await bob.sees("Hello!");
    await bob.page.fill("#composer-text", "Hi");
    await ann.page.waitForSelector("text=Bob is typing…");
    await bob.write("Hi Ann");
    await ann.sees("Hi Ann");

    assert.deepEqual(await ann.texts(), ["Hello!", "Hi Ann"]);
    assert.deepEqual(await bob.texts(), ["Hello!", "Hi Ann"]);
    assert.equal(await ann.page.locator(".mine .status").textContent(), "✓ on disk");
    assert.equal(await ann.page.textContent("#typing"), "");
    await bob.page.context().close();
    await ann.seesPeople("Ann");
    assert.deepEqual(ann.complaints, []);
});

test("the broker is killed with -9 under them: both come back, nothing is lost or doubled, presence is right", async (t) => {
    const { broker, windows: [ann, bob, cid] } = await windows(t, "Ann", "Bob", "Cid");
    await ann.seesPeople("Ann", "Bob", "Cid");
    const said = [];
    const say = async (window, text) => (said.push(text), await window.write(text));
    for (let i = 0; i < 5; ++i) await say(i % 2 ? ann : bob, `before ${i}`);

    for (let round = 0; round < 2; ++round) {
        await say(ann, `on its way ${round}`);
        await broker.kill();
        await Promise.all([ann, bob].map((window) => window.connectionIs("reconnecting")));
        assert.equal(await ann.page.textContent("#banner-text"), "Connection lost. Reconnecting…");
        await say(ann, `from Ann while it was dead ${round}`);
        await say(bob, `from Bob while it was dead ${round}`);
        await ann.page.waitForSelector(`.mine[data-state=sending] :text("from Ann while it was dead ${round}")`);
        if (round === 0) await cid.page.context().close();
        await broker.restart();
        await Promise.all([ann, bob].map((window) => window.connectionIs("recovered")));
        assert.match(await ann.page.textContent("#banner-text"), /^Back again\. (Nothing was missed|Recovered \d+ messages?)\.$/);
        for (const window of [ann, bob]) for (const text of said) await window.sees(text);
    }

    const texts = await ann.texts();
    assert.deepEqual(texts, await bob.texts());
    assert.deepEqual([...texts].sort(), [...said].sort());
    assert.equal(await ann.page.locator("[data-state=sending], [data-state=failed]").count(), 0);
    await Promise.all([ann, bob].map((window) => window.seesPeople("Ann", "Bob")));
    assert.deepEqual([...ann.complaints, ...bob.complaints], []);
});

test("what was said while a window was away is counted when it is back", async (t) => {
    const { broker, browser } = await windows(t);
    const context = await browser.newContext();
    const page = await context.newPage();
    let away = false;
    const lines = [];
    await page.routeWebSocket("**/ws", (line) => {
        if (away) return void line.close({ code: 1001 });
        line.connectToServer();
        lines.push(line);
    });
    await page.goto(`${broker.url}/chat`);
    await page.fill("#name", "Ann");
    await page.press("#name", "Enter");
    await page.waitForSelector("#banner", { state: "hidden" });
    await post(broker, "chat.room.lobby", { text: "before" });
    await page.waitForSelector("text=before");

    away = true;
    await lines[0].close({ code: 1001 });
    await page.waitForSelector("#banner[data-state=reconnecting]");
    for (let i = 0; i < 3; ++i) await post(broker, "chat.room.lobby", { text: `missed ${i}` });
    away = false;
    // It may have tried again by itself by now, and then there is nothing to click at.
    await page.evaluate(() => document.querySelector("#retry-now").click());

    await page.waitForSelector("text=Recovered 3 messages.");
    assert.deepEqual(await page.locator("#messages .text").allTextContents(), ["before", "missed 0", "missed 1", "missed 2"]);
});

test("history on entering, older on demand", async (t) => {
    const { broker, browser } = await windows(t);
    for (let i = 0; i < 120; ++i) await post(broker, "chat.room.old", { name: "Ann", by: "a", text: `message ${i}` });
    for (let i = 0; i < 210; ++i) await post(broker, "chat.room.noise", { name: "Bob", by: "b", text: `noise ${i}` });
    const window = await Window.open(browser, broker, "Cid", { room: "old" });
    const count = (wanted) => window.page.waitForFunction((n) => document.querySelectorAll("#messages .text").length === n, wanted);
    await count(50);
    assert.equal((await window.texts())[0], "message 70");

    await window.page.click("#load-older");
    await count(100);
    await window.page.click("#load-older");
    await count(120);

    assert.deepEqual(await window.texts(), Array.from({ length: 120 }, (_, i) => `message ${i}`));
    assert.equal(await window.page.isVisible("#load-older"), false);
    assert.deepEqual(window.complaints, []);
});

test("rooms have unread counts, a place in the address, and their own people", async (t) => {
    const { windows: [ann, bob] } = await windows(t, "Ann", "Bob");
    await bob.page.fill("#new-room-name", "Night Shift");
    await bob.page.press("#new-room-name", "Enter");
    await bob.page.waitForURL("**/chat#night-shift");
    await ann.seesPeople("Ann");
    await bob.seesPeople("Bob");

    await bob.write("one");
    await bob.write("two");
    const link = ann.page.locator("#rooms a", { hasText: "night-shift" });
    await ann.page.waitForFunction(() => document.title.startsWith("(2) "));
    assert.equal(await link.locator(".badge").textContent(), "2");
    await link.click();

    await ann.sees("two");
    await ann.seesPeople("Ann", "Bob");
    await link.locator(".badge").waitFor({ state: "hidden" });
    assert.match(await ann.page.title(), /^#night-shift/);
    await ann.page.reload();
    await ann.sees("two");
    assert.equal(await link.locator(".badge").isVisible(), false);
    await ann.page.goBack();
    await ann.page.waitForURL(/\/chat(#lobby)?$/);
    await ann.seesPeople("Ann");
    assert.deepEqual([...ann.complaints, ...bob.complaints], []);
});

test("a room that is entered while the broker is away has its history when it is back, however late", async (t) => {
    const { broker, browser } = await windows(t);
    for (let i = 0; i < 300; ++i) await post(broker, i < 2 ? "chat.room.quiet" : "chat.room.lobby", { text: `line ${i}` });
    const page = await (await browser.newContext()).newPage();
    await page.clock.install();
    await page.goto(`${broker.url}/chat`);
    await page.fill("#name", "Ann");
    await page.press("#name", "Enter");
    await page.waitForSelector("text=line 299");
    await broker.kill();
    await page.waitForSelector("#banner[data-state=reconnecting]");

    await page.goto(`${broker.url}/chat#quiet`);
    await page.waitForSelector("#composer-text[placeholder*=quiet]");
    await page.clock.fastForward(60_000);
    await broker.restart();
    await page.evaluate(() => document.querySelector("#retry-now").click());

    await page.waitForSelector("text=line 1");
    assert.deepEqual(await page.locator("#messages .text").allTextContents(), ["line 0", "line 1"]);
});
