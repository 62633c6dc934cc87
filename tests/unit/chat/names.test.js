import assert from "node:assert/strict";
import test from "node:test";

import { cleanName, clipped, messageFrom } from "../../../clients/chat/message.js";
import { hashOfRoom, readSubject, roomName, roomOfHash, subjectOf, typingSubjectOf } from "../../../clients/chat/room_name.js";

test("a room's name is made a part of a subject", () => {
    for (const [typed, name] of [
        ["Lobby", "lobby"], ["  Night  Shift ", "night-shift"], ["a.b*c>d#e", "abcde"], ["Übung ☕", "übung-☕"], ["\u0000\u200b", ""], ["...", ""],
        ["e\u0301", "é"],
    ]) {
        assert.equal(roomName(typed), name);
    }
    assert.ok(new TextEncoder().encode(roomName("☕".repeat(100))).length <= 60);
    assert.doesNotMatch(roomName("☕".repeat(100)), /\ufffd/);
});

test("a room goes through the address and back", () => {
    for (const room of ["lobby", "übung-☕", "50%", "a&b"]) assert.equal(roomOfHash(hashOfRoom(room)), room);
    assert.equal(roomOfHash("#%E0%A4%A"), "");
    assert.equal(roomOfHash(""), "");
});

test("subjects are read, and others passed over", () => {
    assert.deepEqual(readSubject(subjectOf("lobby")), { room: "lobby", kind: "message" });
    assert.deepEqual(readSubject(typingSubjectOf("lobby")), { room: "lobby", kind: "typing" });
    for (const subject of ["chat", "chat.room", "chat.rooms.a", "other.room.a", "chat.room.a.b", "chat.room.a.typing.more"]) {
        assert.equal(readSubject(subject), undefined, subject);
    }
});

test("names are one short line", () => {
    assert.equal(cleanName("  Ann \n Arctic\u0007 "), "Ann Arctic");
    assert.equal(cleanName("x".repeat(100)).length, 40);
    for (const nothing of ["", " \t", undefined, 5, null, ["x"], {}]) assert.equal(cleanName(nothing), "somebody");
});

test("what is cut is not cut within a character", () => {
    assert.equal(clipped("ab😀", 3), "ab");
    assert.equal(clipped("ab😀", 4), "ab😀");
});

test("a message is made of any data", () => {
    const from = (data) => messageFrom({ data, offset: 1, time: new Date(0), id: "p1" });

    assert.equal(from({ text: "hi", name: "Ann", by: "a", id: "m" }).id, "m");
    assert.deepEqual([from(null), from(42), from("plain"), from({ text: 5 }), from([1])].map((each) => each.text), ["null", "42", "plain", '{"text":5}', "[1]"]);
    assert.equal(from(null).name, "somebody");
    assert.equal(from({ text: "hi" }).id, "p1");
    assert.equal(from(new Uint8Array([0xff, 0x41])).text, "\ufffdA");
});
