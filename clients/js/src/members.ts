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

/** @internal */
export interface WireMember {
    member: string;
    state?: Json;
    connections?: number;
    joined_at?: number;
}

/** @internal */
export const memberFromWire = (from: WireMember): Member => ({
    member: from.member,
    state: from.state ?? null,
    connections: from.connections ?? 1,
    joinedAt: new Date(from.joined_at ?? 0),
});

/**
 * Who is here, kept up to date.
 * @internal
 */
export class Members {
    readonly all = new Map<string, Member>();

    /** Takes a whole list, after connecting again. What is different from before, or nothing. */
    replace(list: WireMember[]): PresenceChange | undefined {
        const change: PresenceChange = { joined: [], left: [], updated: [] };
        const now = new Map(list.map((each) => [each.member, memberFromWire(each)]));
        for (const [name, member] of this.all) if (!now.has(name)) change.left.push(member);
        for (const [name, member] of now) {
            const before = this.all.get(name);
            if (!before) change.joined.push(member);
            else if (!isSame(before, member)) change.updated.push(member);
        }
        this.all.clear();
        for (const [name, member] of now) this.all.set(name, member);
        return isEmpty(change) ? undefined : change;
    }

    /** Takes what the broker says has changed. What that changes here, or nothing. */
    apply(diff: { joined?: WireMember[]; left?: string[]; updated?: WireMember[] }): PresenceChange | undefined {
        const change: PresenceChange = { joined: [], left: [], updated: [] };
        for (const name of diff.left ?? []) {
            const member = this.all.get(name);
            if (member) change.left.push(member);
            this.all.delete(name);
        }
        for (const each of [...(diff.joined ?? []), ...(diff.updated ?? [])]) {
            const member = memberFromWire(each);
            const before = this.all.get(each.member);
            if (before && isSame(before, member)) continue; // whoever joined just before is in the first list, too
            (before ? change.updated : change.joined).push(member);
            this.all.set(each.member, member);
        }
        return isEmpty(change) ? undefined : change;
    }
}

const isSame = (a: Member, b: Member) => JSON.stringify(a) === JSON.stringify(b);
const isEmpty = (change: PresenceChange) => change.joined.length + change.left.length + change.updated.length === 0;
