/// What this browser, and this window, remember. A browser that keeps nothing (private windows) still chats.

function read(storage, key, otherwise) {
    try {
        return JSON.parse(storage().getItem(key)) ?? otherwise;
    } catch {
        return otherwise;
    }
}
function write(storage, key, value) {
    try {
        storage().setItem(key, JSON.stringify(value));
    } catch {
        // Full, or forbidden: then it is forgotten with the window.
    }
}

const local = () => localStorage;
const session = () => sessionStorage;

/// Of the browser: the next window offers it.
export const lastName = {
    get: () => read(local, "tern-chat-name", ""),
    set: (name) => write(local, "tern-chat-name", name),
};

/// Of this window, over reloads: two windows can be two people.
export const self = {
    get: () => read(session, "tern-chat-self", undefined),
    set: (self) => write(session, "tern-chat-self", self),
};

/// Rooms that were entered, in the order of entering.
export const rooms = {
    get: () => read(local, "tern-chat-rooms", []).filter((each) => typeof each === "string"),
    add: (room) => write(local, "tern-chat-rooms", [...new Set([...rooms.get(), room])].slice(-100)),
};

/// The last offset that was read of each room, with the epoch of the offsets.
export const lastRead = {
    get: (room, epoch) => {
        const kept = read(local, "tern-chat-read", {})[room];
        return kept?.epoch === epoch && typeof kept?.offset === "number" ? kept.offset : -1;
    },
    set: (room, epoch, offset) => write(local, "tern-chat-read", { ...read(local, "tern-chat-read", {}), [room]: { epoch, offset } }),
};
