import { avatar } from "./avatar.js";
import { arrange, byId, element } from "./dom.js";
import { hashOfRoom } from "./room_name.js";

const countText = (count) => (count > 99 ? "99+" : String(count));

/// The list of rooms, each a link, with what is unread in it.
export class RoomList {
    #links = new Map();
    list = byId("rooms");

    show(rooms) {
        arrange(this.list, rooms.map((room) => this.#link(room).item));
        for (const { name, unread, isCurrent } of rooms) {
            const { link, badge, spoken } = this.#links.get(name);
            if (isCurrent) link.setAttribute("aria-current", "page");
            else link.removeAttribute("aria-current");
            link.classList.toggle("unread", unread > 0);
            badge.hidden = unread === 0;
            badge.textContent = countText(unread);
            spoken.textContent = unread > 0 ? `, ${unread} unread` : "";
        }
    }

    #link({ name }) {
        if (!this.#links.has(name)) {
            const badge = element("span", { class: "badge", "aria-hidden": "true", hidden: true });
            const spoken = element("span", { class: "visually-hidden" });
            const link = element("a", { href: hashOfRoom(name) },
                element("span", { class: "hash", "aria-hidden": "true" }, "#"), element("bdi", { class: "room-name" }, name), spoken, badge);
            this.#links.set(name, { item: element("li", {}, link), link, badge, spoken });
        }
        return this.#links.get(name);
    }
}

/// Who is in the room.
export class PeopleList {
    list = byId("people");

    show(people, isTold) {
        byId("people-count").textContent = String(people.length);
        byId("people-note").hidden = isTold;
        this.list.replaceChildren(...people.map(({ name, windows, isSelf }) =>
            element("li", {}, avatar(name, "small"), element("bdi", { class: "person" }, name),
                element("span", { class: "note" }, [isSelf && "you", windows > 1 && `${windows} windows`].filter(Boolean).join(", ")))));
    }
}
