import assert from "node:assert/strict";
import test from "node:test";

import { Broker } from "../../node/broker.js";
import { startBrowser, Window } from "./browser.js";

const post = (broker, subject, body, type = "application/json") =>
    fetch(`${broker.url}/topics/${subject}`, { method: "POST", body, headers: { "Content-Type": type } });

test("whatever is written is shown as text", async (t) => {
    const broker = await Broker.start(t);
    const browser = await startBrowser(t);
    const mallory = await Window.open(browser, broker, "<img src=x onerror=hacked=1>");
    const ann = await Window.open(browser, broker, "Ann");
    const hostile = [
        "<script>window.hacked = 1</script>", "<img src=x onerror='window.hacked=1'>", "javascript:alert(1)", "{{7*7}} ${7*7}", "&lt;b&gt; &amp;",
        "👩‍👩‍👧‍👦 🏳️‍🌈 e\u0301 Z\u0351\u036b\u0343\u036a\u0302\u036b", "\u202eright to left override", "line one\n  line two",
    ];

    for (const text of hostile) await mallory.write(text);
    await ann.sees("line two");

    assert.deepEqual(await ann.texts(), hostile);
    assert.equal(await ann.page.locator(".name").first().textContent(), "<img src=x onerror=hacked=1>");
    assert.equal(await ann.page.evaluate("window.hacked"), undefined);
    assert.equal(await ann.page.locator("#messages script, #messages img, #people img").count(), 0);
    assert.deepEqual(ann.complaints, []);
});

test("right-to-left text runs from right to left, its neighbours do not", async (t) => {
    const broker = await Broker.start(t);
    const ann = await Window.open(await startBrowser(t), broker, "مريم");

    await ann.write("مرحبا بالعالم");
    await ann.write("hello");
    await ann.sees("hello");

    const directions = await ann.page.locator("#messages .text").evaluateAll((all) => all.map((each) => getComputedStyle(each).direction));
    assert.deepEqual(directions, ["rtl", "ltr"]);
});

test("a line of 1 MB is cut, and shown whole when asked for", async (t) => {
    const broker = await Broker.start(t);
    await broker.tern("topic", "create", "chat", "--publication-bytes-max", "4MiB", "--presence");
    const browser = await startBrowser(t);
    const bob = await Window.open(browser, broker, "Bob", { viewport: { width: 390, height: 780 } });
    const line = "x".repeat(1 << 20);

    await post(broker, "chat.room.lobby", JSON.stringify({ name: "Ann", text: line }));
    await bob.page.waitForSelector("text=Show all (1,048,576 characters)");
    assert.ok((await bob.texts())[0].length <= 1000);
    assert.ok(await bob.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await bob.page.click("text=Show all");

    assert.equal((await bob.texts())[0], line);
    assert.ok(await bob.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await bob.write("and on");
    await bob.sees("and on");
});

test("what is too long for the topic is not sent, and can be discarded", async (t) => {
    const broker = await Broker.start(t);
    const ann = await Window.open(await startBrowser(t), broker, "Ann");

    await ann.write("x".repeat(300_000));
    await ann.page.waitForSelector("[data-state=failed]");
    assert.match(await ann.page.textContent("[data-state=failed] .status"), /^not sent: The publication is longer/);
    await ann.page.click("text=Discard");

    await ann.page.waitForSelector("[data-state=failed]", { state: "detached" });
    assert.deepEqual(await ann.texts(), []);
});

test("publications of any form from anybody are shown, or are none of the chat's", async (t) => {
    const broker = await Broker.start(t);
    const ann = await Window.open(await startBrowser(t), broker, "Ann");

    await post(broker, "chat.room.lobby", "42");
    await post(broker, "chat.room.lobby", "null");
    await post(broker, "chat.room.lobby", '{"text": {"a": 1}, "name": ["x"], "by": 5}');
    await post(broker, "chat.room.lobby", "plain <b>text</b>", "text/plain");
    await post(broker, "chat.room.lobby", new Uint8Array([0xff, 0xfe, 0x41]), "application/octet-stream");
    await post(broker, "chat.room.lobby", JSON.stringify({ name: "n".repeat(500), text: "long name" }));
    await post(broker, "chat.other", '"not a room"');
    await post(broker, "chat.room.lobby.typing", "7");
    await post(broker, "chat.room.lobby", '{"text": "the end"}');
    await ann.sees("the end");

    assert.deepEqual(await ann.texts(), ["42", "null", '{"text":{"a":1},"name":["x"],"by":5}', "plain <b>text</b>", "\ufffd\ufffdA", "long name", "the end"]);
    const names = await ann.page.locator("#messages .name").allTextContents();
    assert.deepEqual([...new Set(names)], ["somebody", "n".repeat(40)]);
    assert.deepEqual(ann.complaints, []);
});
