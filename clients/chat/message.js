/// A message as the chat knows it, made from whatever was published: anybody can publish anything.

export const nameCharactersMax = 40;
const idCharactersMax = 80;

/// At most so many UTF-16 units, with no half of a character at the end.
export function clipped(text, unitsMax) {
    if (text.length <= unitsMax) return text;
    const last = text.charCodeAt(unitsMax - 1);
    const splits = last >= 0xd800 && last <= 0xdbff;
    return text.slice(0, splits ? unitsMax - 1 : unitsMax);
}

/// A name on one line, at most 40 long; "somebody" if nothing is left of it.
export function cleanName(name) {
    if (typeof name !== "string") return "somebody";
    return clipped(name.replace(/[\p{Cc}\s]+/gu, " ").trim(), nameCharactersMax) || "somebody";
}

function textOf(data) {
    if (typeof data === "string") return data;
    if (data instanceof Uint8Array) return new TextDecoder().decode(data);
    if (typeof data?.text === "string") return data.text;
    return JSON.stringify(data);
}

const idOf = (id) => (typeof id === "string" ? clipped(id, idCharactersMax) : "");

/// From a publication of tern-client.
export function messageFrom(publication) {
    const { data } = publication;
    return {
        offset: publication.offset,
        time: publication.time,
        name: cleanName(data?.name),
        by: idOf(data?.by),
        id: idOf(data?.id) || publication.id,
        text: textOf(data),
        state: "kept",
    };
}

/// One's own, before the broker has it. States: "sending", then "kept", or "failed" with a reason.
export function newMessage(self, text) {
    return { offset: undefined, time: new Date(), name: self.name, by: self.by, id: `${self.by}-${randomId()}`, text, state: "sending" };
}

/// 96 random bits. Not crypto.randomUUID(): without https browsers keep that from a page.
export function randomId() {
    return Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join("");
}
