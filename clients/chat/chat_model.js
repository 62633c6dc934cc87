import { Client } from "/clients/tern.js";
import { cleanName, messageFrom, newMessage } from "./message.js";
import { RoomLog } from "./room_log.js";
import { readSubject, subjectOf, typingSubjectOf } from "./room_name.js";
import { lastRead, rooms as knownRooms } from "./storage.js";
import { Throttle, Typists } from "./typing.js";

const backlog = 200;
const page = 50;
const pagesMax = 20;

/// What the chat knows and does, without anything of how it looks. `told(what, room)` is called on each change:
/// "rooms", "log", "people", "typing", "connection"; and "said" with a message of another, as it comes into this room.
export class ChatModel {
    room = "";
    rooms = new Map();
    epoch = undefined;
    presenceIsTold = true;
    /// "connecting", "connected", "reconnecting", "recovered" (with recoveredCount), "gap", "ended" (with endedBecause).
    connection = "connecting";
    recoveredCount = 0;
    endedBecause = "";
    #typingTold = new Throttle();
    #wasSubscribed = false;

    constructor(self, told) {
        this.self = self;
        this.told = told;
        this.typists = new Typists((room) => told("typing", room));
        this.client = new Client();
        for (const room of knownRooms.get()) this.rooms.set(room, new RoomLog(room));
    }

    /// Connects, and is in that room.
    start(room) {
        this.room = room;
        this.#subscribe();
    }

    /// The log of a room; a new one if it was unknown.
    log(room) {
        if (!this.rooms.has(room)) {
            this.rooms.set(room, new RoomLog(room));
            this.told("rooms");
        }
        return this.rooms.get(room);
    }

    /// Shows a room, with its last 50 messages.
    async enter(room) {
        this.room = room;
        knownRooms.add(room);
        const log = this.log(room);
        this.#typingTold.reset();
        this.#tellMember();
        this.told("rooms");
        this.told("people");
        this.told("log", room);
        if (!log.loaded) await this.#load(log, { before: "end" });
    }

    /// The 50 before the oldest one here.
    async loadOlder(room) {
        const log = this.log(room);
        if (log.more) await this.#load(log, { before: log.olderBefore, epoch: this.epoch });
    }

    /// Says something in the room. It is shown at once, as "sending" until the broker has it on disk.
    send(text) {
        const message = newMessage(this.self, text);
        this.#typingTold.reset();
        this.log(this.room).addPending(message);
        void this.#publish(this.room, message);
    }

    /// Tries a failed one again.
    retry(room, message) {
        message.state = "sending";
        void this.#publish(room, message);
    }

    discard(room, message) {
        this.log(room).removePending(message);
        this.told("log", room);
    }

    /// `self` has another name now.
    nameChanged() {
        this.#tellMember();
    }

    /// Tells the room that this person types, now and then.
    typing() {
        const { by, name } = this.self;
        // Nobody misses it if it is lost.
        this.#typingTold.run(() => this.client.publish(typingSubjectOf(this.room), { by, name }, { ephemeral: true }).catch(() => {}));
    }

    /// What is shown of the room was seen.
    markRead(room) {
        const newest = this.log(room).newestOffset;
        if (newest === undefined || newest <= lastRead.get(room, this.epoch)) return;
        lastRead.set(room, this.epoch, newest);
        this.told("rooms");
    }

    unread(room) {
        return this.log(room).countAfter(lastRead.get(room, this.epoch), this.self.by);
    }

    /// Who is in a room: names in order, each with the number of its windows, and whether it is this one.
    people(room) {
        const people = new Map();
        for (const { member, state } of this.subscription?.members.values() ?? []) {
            if (state?.room !== room) continue;
            const name = cleanName(state.name);
            const person = people.get(name) ?? { name, windows: 0, isSelf: false };
            people.set(name, { name, windows: person.windows + 1, isSelf: person.isSelf || member === this.self.by });
        }
        return [...people.values()].sort((a, b) => a.name.localeCompare(b.name));
    }

    #tellMember() {
        if (this.presenceIsTold) this.subscription.setState(this.#memberState()).catch(() => {});
    }

    #memberState() {
        return { name: this.self.name, room: this.room };
    }

    /// One subscription for all rooms: messages, typing, unread counts, who is here.
    #subscribe() {
        const presence = this.presenceIsTold ? { presence: true, member: this.self.by, state: this.#memberState() } : {};
        const subscription = (this.subscription = this.client.subscribe("chat.>", { from: { last: backlog }, ...presence }));
        subscription.on("publication", (publication) => this.#published(publication));
        subscription.on("presence", () => this.told("people"));
        subscription.on("subscribed", ({ epoch }) => this.#subscribed(epoch));
        subscription.on("recovering", () => this.#connectionIs("reconnecting"));
        subscription.on("gap", () => this.#gap());
        subscription.on("recovered", ({ count, complete }) => complete && this.#recovered(count ?? 0));
        subscription.on("ended", (error) => this.#ended(error));
    }

    #subscribed(epoch) {
        this.#wasSubscribed = true;
        if (this.epoch !== undefined && this.epoch !== epoch) for (const log of this.rooms.values()) log.forget();
        this.epoch = epoch;
        if (this.connection === "connecting") this.#connectionIs("connected");
        this.told("rooms");
        this.told("people");
    }

    #recovered(count) {
        this.recoveredCount = count;
        this.#connectionIs("recovered");
    }

    /// Some messages are lost to this window, or are in no history any more: what is kept is read anew.
    #gap() {
        for (const log of this.rooms.values()) log.forget();
        this.#connectionIs("gap");
        void this.enter(this.room);
    }

    #ended(error) {
        if (error?.name === "presence_not_enabled") {
            this.presenceIsTold = false;
            this.told("people");
            return this.#subscribe();
        }
        // Deleted under our eyes; whoever is here makes it anew.
        if (error?.name === "topic_does_not_exist" && this.#wasSubscribed) {
            this.#wasSubscribed = false;
            for (const log of this.rooms.values()) log.forget();
            this.told("log", this.room);
            return this.#subscribe();
        }
        this.endedBecause = error?.message ?? "";
        this.#connectionIs("ended");
    }

    #connectionIs(state) {
        this.connection = state;
        this.told("connection");
    }

    #published(publication) {
        const about = readSubject(publication.subject);
        if (!about) return;
        if (about.kind === "typing") {
            const { by, name } = publication.data ?? {};
            if (typeof by === "string" && by !== this.self.by) this.typists.seen(about.room, by, cleanName(name));
            return;
        }
        if (publication.offset === undefined) return;
        const message = messageFrom(publication);
        this.typists.done(about.room, message.by);
        if (!this.log(about.room).add(message)) return;
        this.told("log", about.room);
        this.told("rooms");
        if (about.room === this.room && message.by !== this.self.by && this.log(about.room).loaded) this.told("said", message);
    }

    /// Other rooms share the topic's log, so that a page may have little of this one: then the next one is read, too.
    async #load(log, where) {
        try {
            for (let found = 0, pages = 0; found === 0 && pages < pagesMax; ++pages) {
                // However long the broker is away: an empty room that stays so would say that nobody has said anything.
                const history = await this.client.history(subjectOf(log.name), { limit: page, timeoutMs: Infinity, ...where });
                found = history.publications.length;
                for (const publication of history.publications) log.add(messageFrom(publication));
                log.readBackTo(history);
                if (!history.more) break;
                where = { before: history.nextOffset, epoch: history.epoch };
            }
        } catch (error) {
            // Nobody has said anything yet. After anything else the next entering asks again.
            if (error.name === "topic_does_not_exist") log.loaded = true;
        }
        this.told("log", log.name);
        this.told("rooms");
    }

    async #publish(room, message) {
        this.told("log", room);
        const { id, by, name, text } = message;
        try {
            // However long the broker is away; the client repeats it without doubling it.
            const { offset } = await this.client.publish(subjectOf(room), { id, by, name, text }, { key: id, timeoutMs: Infinity });
            if (this.log(room).add({ ...message, offset, state: "kept" })) this.told("log", room);
        } catch (error) {
            message.state = "failed";
            message.reason = error.message;
            this.told("log", room);
        }
    }
}
