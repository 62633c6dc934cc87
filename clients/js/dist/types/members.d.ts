import type { Json } from "./payload.js";
/** Somebody who is on a topic. */
export interface Member {
    member: string;
    state: Json;
    /** How many connections are theirs: two browser tabs, say. */
    connections: number;
    joinedAt: Date;
}
/** What has changed about who is here. Those who left are told as they last were. */
export interface PresenceChange {
    joined: Member[];
    left: Member[];
    updated: Member[];
}
