/// Names of rooms, which are parts of subjects: chat.room.NAME.

const bytesMax = 60;

/// A room's name from what a person typed, or from a URL: small letters, no blanks, nothing that subjects have no place
/// for. Empty if nothing is left.
export function roomName(typed) {
    let name = typed.normalize("NFC").trim().toLowerCase().replace(/\s+/gu, "-").replace(/[.*>#\p{C}]/gu, "");
    while (new TextEncoder().encode(name).length > bytesMax) name = Array.from(name).slice(0, -1).join("");
    return name;
}

export const subjectOf = (room) => `chat.room.${room}`;
export const typingSubjectOf = (room) => `chat.room.${room}.typing`;

/// What a subject of the topic is about, or nothing if it is none of the chat's.
export function readSubject(subject) {
    const [topic, kind, room, more, ...rest] = subject.split(".");
    if (topic !== "chat" || kind !== "room" || !room || rest.length > 0) return undefined;
    if (more === undefined) return { room, kind: "message" };
    return more === "typing" ? { room, kind: "typing" } : undefined;
}

/// The room that the address names: /chat#room
export function roomOfHash(hash) {
    try {
        return roomName(decodeURIComponent(hash.replace(/^#/, "")));
    } catch {
        return "";
    }
}
export const hashOfRoom = (room) => `#${encodeURIComponent(room)}`;
