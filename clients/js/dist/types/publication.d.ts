import { type Attributes, type Encoding, type Json } from "./payload.js";
/** Something that was published. `T` is what the program knows of its data. */
export interface Publication<T = Json> {
    subject: string;
    /** Its place in the topic's log; absent for an ephemeral one, which is in no log. */
    offset: number | undefined;
    time: Date;
    id: string;
    /** A JSON value; a string if `encoding` is "text"; a Uint8Array if it is "bytes". */
    data: T;
    encoding: Encoding;
    attributes: Attributes;
    /** The last value of its subject, kept for those who come later. */
    retained: boolean;
    /** Of a durable subscription: the how manieth time it is delivered, from 1. */
    delivery: number | undefined;
    /** Of a durable subscription: what acknowledges it. */
    handle: string | undefined;
}
/** A page of a topic's history, oldest first. */
export interface History<T = Json> {
    publications: Publication<T>[];
    epoch: string;
    /** What the topic has: from the first offset that is kept to the one that the next publication gets. */
    startOffset: number;
    endOffset: number;
    /** Where the next page begins; read backwards, `before` of the next one. */
    nextOffset: number;
    /** Whether there may be more in the direction in which was read: to be sure, read it. */
    more: boolean;
}
