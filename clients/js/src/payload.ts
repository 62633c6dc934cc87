/** What JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** An attribute: a string, or a value with its type. Numbers are given as text, so that none is rounded. */
export type Attribute =
    | string
    | { type: string; value: string }
    | { type: string; base64: string };
export type Attributes = Record<string, Attribute>;

/** How data is stored: as the text of a JSON value, as any other text, or as bytes. */
export type Encoding = "json" | "text" | "bytes";

/** @internal */
export interface WirePayload {
    data?: unknown;
    text?: string;
    base64?: string;
}

// In pieces: as arguments of one call a megabyte would overflow the stack.
const pieceBytes = 0x8000;

/** @internal */
export function toBase64(bytes: Uint8Array): string {
    let binary = "";
    for (let at = 0; at < bytes.length; at += pieceBytes) binary += String.fromCharCode(...bytes.subarray(at, at + pieceBytes));
    return btoa(binary);
}

/** @internal */
export function fromBase64(text: string): Uint8Array {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/**
 * Bytes as base64, strings as such if `as` says "text", anything else as JSON.
 * @internal
 */
export function encodePayload(data: unknown, as?: Encoding): WirePayload {
    if (data instanceof ArrayBuffer) return encodePayload(new Uint8Array(data), as);
    if (data instanceof Uint8Array) return { base64: toBase64(data) };
    if (as === "bytes") throw new TypeError("Bytes are given as a Uint8Array or an ArrayBuffer.");
    if (as === "text") {
        if (typeof data !== "string") throw new TypeError("Text is given as a string.");
        return { text: data };
    }
    if (data === undefined) throw new TypeError("There is no data; null is data.");
    return { data };
}

/**
 * Data that came back, and how it was stored.
 * @internal
 */
export function decodePayload(from: WirePayload): { data: unknown; encoding: Encoding } {
    if (from.base64 !== undefined) return { data: fromBase64(from.base64), encoding: "bytes" };
    if (from.text !== undefined) return { data: from.text, encoding: "text" };
    return { data: from.data, encoding: "json" };
}

/**
 * A key that nobody else makes: 128 random bits. Without crypto.randomUUID, which browsers keep to https.
 * @internal
 */
export function randomKey(): string {
    const parts = new Uint32Array(4);
    if ("crypto" in globalThis) crypto.getRandomValues(parts);
    else parts.forEach((_, index) => (parts[index] = Math.random() * 2 ** 32)); // Node.js 18
    return Array.from(parts, (part) => part.toString(36)).join("-");
}
