/// Elements, made of text only: nothing that anybody wrote is ever read as HTML.

/// element("button", {class: "quiet", type: "button"}, "Send"): attributes, then texts and elements inside.
export function element(name, attributes = {}, ...inside) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
        if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
        else if (value === true) made.setAttribute(key, "");
        else if (value !== false && value !== undefined) made.setAttribute(key, value);
    }
    made.append(...inside.filter((each) => each !== undefined && each !== false));
    return made;
}

export const byId = (id) => document.getElementById(id);

/// Makes the children those given, and moves only what is not in its place.
export function arrange(parent, children) {
    let at = parent.firstChild;
    for (const child of children) {
        if (child === at) at = at.nextSibling;
        else parent.insertBefore(child, at);
    }
    while (at) {
        const next = at.nextSibling;
        at.remove();
        at = next;
    }
}
