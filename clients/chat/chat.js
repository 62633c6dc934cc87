/// The chat's page: what the model tells is shown, what the person does is told to the model.

import { avatar } from "./avatar.js";
import { Banner } from "./banner.js";
import { ChatModel } from "./chat_model.js";
import { Composer } from "./composer.js";
import { byId } from "./dom.js";
import { Drawers } from "./drawers.js";
import { MessageList } from "./message_list.js";
import { hashOfRoom, roomName, roomOfHash } from "./room_name.js";
import { PeopleList, RoomList } from "./sidebar.js";
import { Soon } from "./soon.js";
import { askForName, remember, whoAmI } from "./who.js";

const firstRoom = "lobby";

const who = await whoAmI();
remember(who);

const soon = new Soon();
const model = new ChatModel(who, (what, about) => {
    if (what === "said") announce(about);
    else soon.run(`${what} ${about}`, () => shows[what](about));
});
const rooms = new RoomList();
const people = new PeopleList();
const drawers = new Drawers();
const banner = new Banner(() => model.client.reconnectNow());
const messages = new MessageList(who, {
    loadOlder: () => model.loadOlder(model.room),
    retry: (message) => model.retry(model.room, message),
    discard: (message) => model.discard(model.room, message),
    seen: () => see(),
});
const composer = new Composer({
    send: (text) => model.send(text),
    typing: () => model.typing(),
});

const shows = {
    rooms: () => showRooms(),
    log: (room) => room === model.room && messages.show(model.log(room)),
    people: () => people.show(model.people(model.room), model.presenceIsTold),
    typing: (room) => room === model.room && showTyping(),
    connection: () => banner.show(model),
};

/// What is at the bottom of a window that is looked at has been read. The offset of that.
function see() {
    if (document.visibilityState !== "visible") return undefined;
    model.markRead(model.room);
    return model.log(model.room).newestOffset;
}

function showRooms() {
    const list = [...model.rooms.keys()].sort((a, b) => (b === firstRoom) - (a === firstRoom) || a.localeCompare(b))
        .map((name) => ({ name, unread: model.unread(name), isCurrent: name === model.room }));
    rooms.show(list);
    const elsewhere = list.reduce((sum, { unread, isCurrent }) => sum + (isCurrent ? 0 : unread), 0);
    const all = list.reduce((sum, { unread }) => sum + unread, 0);
    document.title = `${all > 0 ? `(${all}) ` : ""}#${model.room} · Tern chat`;
    byId("unread-elsewhere").textContent = elsewhere > 99 ? "99+" : String(elsewhere);
    byId("unread-elsewhere").hidden = elsewhere === 0;
    byId("open-rooms").setAttribute("aria-label", elsewhere > 0 ? `Rooms, ${elsewhere} unread` : "Rooms");
}

function showTyping() {
    const names = model.typists.names(model.room);
    const text = names.length === 0 ? "" : names.length === 1 ? `${names[0]} is typing…`
        : names.length === 2 ? `${names[0]} and ${names[1]} are typing…` : `${names.length} people are typing…`;
    byId("typing").textContent = text;
}

/// For those who hear the page: what others say in this room, as it comes.
function announce({ name, text }) {
    byId("announcer").textContent = `${name}: ${text.slice(0, 300)}`;
}

function showSelf() {
    byId("self-name").textContent = who.name;
    byId("self-avatar").replaceChildren(avatar(who.name, "small"));
}

function enter(room) {
    byId("room-title").textContent = room;
    composer.enter(room);
    drawers.close();
    void model.enter(room);
    messages.show(model.log(room));
    showTyping();
    if (matchMedia("(hover: hover)").matches) composer.focus();
}

function roomAsked() {
    return roomOfHash(location.hash) || firstRoom;
}

addEventListener("hashchange", () => enter(roomAsked()));
document.addEventListener("visibilitychange", () => messages.isAtBottom() && see());

byId("new-room").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = byId("new-room-name");
    const room = roomName(field.value);
    if (room === "") return;
    field.value = "";
    location.hash = hashOfRoom(room);
});

byId("change-name").addEventListener("click", async () => {
    who.name = await askForName(who.name, { canCancel: true });
    remember(who);
    model.nameChanged();
    showSelf();
    composer.focus();
});

/// Alt with the arrows goes through the rooms.
document.addEventListener("keydown", (event) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    const links = [...byId("rooms").querySelectorAll("a")];
    const at = links.findIndex((link) => link.hasAttribute("aria-current"));
    const next = links[(at + (event.key === "ArrowDown" ? 1 : links.length - 1)) % links.length];
    location.hash = next.hash;
});

byId("app").hidden = false;
showSelf();
banner.show(model);
model.start(roomAsked());
enter(roomAsked());
composer.focus();
