import assert from "node:assert/strict";
import test from "node:test";

import { RoomLog } from "../../../clients/chat/room_log.js";

const message = (offset, by = "ann", id = `m${offset}`) => ({ offset, by, id, text: "" });
const offsets = (log) => log.rows.map((each) => each.offset);

test("messages are in order and each there once, whatever order they come in", () => {
    const log = new RoomLog("lobby");

    const added = [5, 9, 7, 5, 1, 9].map((offset) => log.add(message(offset)));

    assert.deepEqual(offsets(log), [1, 5, 7, 9]);
    assert.deepEqual(added, [true, true, true, false, true, false]);
});

test("one's own waits behind the others until the broker has it", () => {
    const log = new RoomLog("lobby");
    const mine = message(undefined, "ann", "mine");
    log.addPending(mine);
    log.add(message(1, "bob"));
    assert.deepEqual(log.rows.map((each) => each.id), ["m1", "mine"]);

    log.add({ ...mine, offset: 2 });

    assert.deepEqual(offsets(log), [1, 2]);
    assert.equal(log.pending.length, 0);
});

test("somebody else's message with the same id does not take its place", () => {
    const log = new RoomLog("lobby");
    log.addPending(message(undefined, "ann", "mine"));

    log.add(message(1, "mallory", "mine"));

    assert.equal(log.pending.length, 1);
});

test("the unread are those behind an offset, by others", () => {
    const log = new RoomLog("lobby");
    for (const offset of [1, 2, 3, 4]) log.add(message(offset, offset % 2 ? "ann" : "bob"));

    assert.equal(log.countAfter(1, "ann"), 2);
    assert.equal(log.countAfter(-1, "bob"), 2);
    assert.equal(log.countAfter(4, "ann"), 0);
});

test("it stays bounded: what is cut off can be loaded again", () => {
    const log = new RoomLog("lobby");

    for (let offset = 0; offset < 2500; ++offset) log.add(message(offset));

    assert.equal(log.messages.length, 2000);
    assert.equal(log.more, true);
    assert.equal(log.olderBefore, 500);
});

test("older messages that are asked for are kept, however many there are", () => {
    const log = new RoomLog("lobby");
    for (let offset = 500; offset < 2500; ++offset) log.add(message(offset));

    for (let offset = 450; offset < 500; ++offset) log.add(message(offset));

    assert.equal(log.messages.length, 2050);
});
