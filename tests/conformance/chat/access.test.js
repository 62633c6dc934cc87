import assert from "node:assert/strict";
import test from "node:test";

import { Broker } from "../../node/broker.js";
import { startBrowser, Window } from "./browser.js";

const focused = (page) => page.evaluate(() => {
    const { id, tagName, innerText } = document.activeElement;
    return id || `${tagName} ${innerText}`.replace(/\s+/g, "");
});

test("everything is done with the keyboard alone", async (t) => {
    const broker = await Broker.start(t);
    const { page } = await Window.open(await startBrowser(t), broker);
    const { keyboard } = page;

    await keyboard.type("Ann");
    await keyboard.press("Enter");
    await page.waitForSelector("#composer-text:focus");
    await keyboard.type("first line");
    await keyboard.press("Shift+Enter");
    await keyboard.type("second line");
    await keyboard.press("Enter");
    await page.waitForSelector("#messages :text('second line')");
    assert.equal(await focused(page), "composer-text");

    await keyboard.press("Shift+Tab");
    assert.equal(await focused(page), "scroller");
    await keyboard.press("Shift+Tab");
    assert.equal(await focused(page), "change-name");
    await keyboard.press("Enter");
    await page.waitForSelector("#name:focus");
    await keyboard.type("Bob");
    await keyboard.press("Escape");
    await page.waitForSelector("#composer-text:focus");
    assert.equal(await page.textContent("#self-name"), "Ann");

    await page.focus("#skip");
    const order = [];
    for (let i = 0; i < 7; ++i) {
        order.push(await focused(page));
        await keyboard.press("Tab");
    }
    assert.deepEqual(order, ["skip", "A#lobby", "new-room-name", "BUTTON+", "change-name", "scroller", "composer-text"]);

    await page.focus("#new-room-name");
    await keyboard.type("second");
    await keyboard.press("Enter");
    await page.waitForSelector("#room-title:text('second')");
    assert.equal(await focused(page), "composer-text");
    await keyboard.press("Alt+ArrowUp");
    await page.waitForSelector("#room-title:text('lobby')");
    await page.waitForSelector("#messages :text('second line')");
});

test("every control has a name, and what is focused is visible", async (t) => {
    const broker = await Broker.start(t);
    const { page } = await Window.open(await startBrowser(t), broker, "Ann");

    for (const [role, name] of [
        ["navigation", "Rooms"], ["link", "lobby"], ["textbox", "Create or join a room"], ["button", "Join room"], ["region", "Messages"],
        ["textbox", "Message"], ["button", "Send"], ["complementary", "Here now"], ["heading", "lobby"],
    ]) {
        assert.equal(await page.getByRole(role, { name, exact: role === "textbox" }).count(), 1, `${role} ${name}`);
    }
    await page.focus("#rooms a");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Tab");
    assert.notEqual(await page.locator("#rooms a").evaluate((link) => getComputedStyle(link).outlineStyle), "none");
});

test("what others say is announced, what is loaded is not", async (t) => {
    const broker = await Broker.start(t);
    const browser = await startBrowser(t);
    const ann = await Window.open(browser, broker, "Ann");
    await ann.write("early");
    const bob = await Window.open(browser, broker, "Bob");
    await bob.sees("early");
    assert.equal(await bob.page.textContent("#announcer"), "");

    await ann.write("late");

    await bob.page.waitForSelector("#announcer:text('Ann: late')");
    assert.equal(await ann.page.textContent("#announcer"), "");
});

test("it fits a phone: drawers for rooms and people, no sideways scrolling", async (t) => {
    const broker = await Broker.start(t);
    const browser = await startBrowser(t);
    const phone = await Window.open(browser, broker, "Ann", { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
    const { page } = phone;
    await phone.write("a-very-long-word-".repeat(30));
    await phone.sees("a-very-long-word");

    const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth && document.body.scrollHeight <= innerHeight);
    assert.ok(await fits());
    assert.equal(await page.isVisible("#sidebar"), false);
    await page.tap("#open-rooms");
    await page.waitForSelector("#rooms a:focus");
    assert.equal(await page.getAttribute("#open-rooms", "aria-expanded"), "true");
    await page.keyboard.press("Escape");
    await page.waitForSelector("#sidebar", { state: "hidden" });
    assert.equal(await focused(page), "open-rooms");

    await page.tap("#open-people");
    await page.waitForSelector("#people :text('Ann')");
    await page.tap("#shade", { position: { x: 20, y: 300 } });
    await page.waitForSelector("#people-panel", { state: "hidden" });

    await page.tap("#open-rooms");
    await page.fill("#new-room-name", "phones");
    await page.tap("#new-room button");
    await page.waitForSelector("#room-title:text('phones')");
    await page.waitForSelector("#sidebar", { state: "hidden" });
    assert.ok(await fits());
    // A finger is broad: what is tapped has 44 pixels, or nearly so.
    for (const id of ["#open-rooms", "#open-people", "#composer button"]) {
        const box = await page.locator(id).boundingBox();
        assert.ok(box.width >= 40 && box.height >= 40, id);
    }
    assert.deepEqual(phone.complaints, []);
});

test("it follows the light or dark setting", async (t) => {
    const broker = await Broker.start(t);
    const browser = await startBrowser(t);
    const lightness = async (colorScheme) => {
        const { page } = await Window.open(browser, broker, "Ann", { colorScheme });
        const colours = await page.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]);
        return colours.map((colour) => colour.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 3);
    };

    const [lightPage, lightText] = await lightness("light");
    const [darkPage, darkText] = await lightness("dark");

    assert.ok(lightPage > 240 && lightText < 60);
    assert.ok(darkPage < 40 && darkText > 200);
});

test("the page forbids what it does not need", async (t) => {
    const broker = await Broker.start(t);

    const response = await fetch(`${broker.url}/chat`);

    const policy = response.headers.get("content-security-policy");
    assert.match(policy, /default-src 'none'|default-src 'self'/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert.match(response.headers.get("content-type"), /^text\/html/);
});
