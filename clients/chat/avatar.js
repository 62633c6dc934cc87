import { element } from "./dom.js";

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/// The first letters of the first and the last word; an emoji is a letter here.
function initials(name) {
    const words = name.split(" ");
    const letters = (words.length > 1 ? [words[0], words.at(-1)] : words).map((word) => [...graphemes.segment(word)][0]?.segment ?? "");
    return letters.join("").toLocaleUpperCase();
}

/// The same name has the same colour, everywhere.
function hueOf(name) {
    let hash = 2166136261;
    for (const character of name) hash = Math.imul(hash ^ character.codePointAt(0), 16777619);
    return (hash >>> 0) % 360;
}

/// A round picture of a name. For the eye only: the name stands beside it.
export function avatar(name, size = "") {
    const made = element("span", { class: `avatar ${size}`, "aria-hidden": "true" }, initials(name));
    made.style.setProperty("--hue", hueOf(name));
    return made;
}

/// Gives an element the colour of a name.
export function colourBy(made, name) {
    made.style.setProperty("--hue", hueOf(name));
    return made;
}
