/// Times as the reader's language and clock have them.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const withYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

export const timeOfDay = (time) => clock.format(time);
export const exactly = (time) => exact.format(time);

const dayNumber = (time) => Math.round(new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime() / 86_400_000);

export const isSameDay = (a, b) => a.toDateString() === b.toDateString();

export function dayName(time, now = new Date()) {
    const ago = dayNumber(now) - dayNumber(time);
    if (ago === 0) return "Today";
    if (ago === 1) return "Yesterday";
    return (time.getFullYear() === now.getFullYear() ? weekday : withYear).format(time);
}
