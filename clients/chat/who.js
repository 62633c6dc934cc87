import { byId } from "./dom.js";
import { cleanName, randomId } from "./message.js";
import { lastName, self } from "./storage.js";

/// Who this window is: known from before a reload, or asked for. Two windows of one browser can be two people.
export async function whoAmI() {
    return self.get() ?? { by: randomId(), name: await askForName(lastName.get()) };
}

export function remember(who) {
    self.set(who);
    lastName.set(who.name);
}

/// Asks for a name; resolves when there is one.
export function askForName(proposal, { canCancel = false } = {}) {
    const dialog = byId("name-dialog");
    const field = byId("name");
    field.value = proposal;
    byId("name-cancel").hidden = !canCancel;
    // What closed it the last time: giving up with Escape leaves that as it is.
    dialog.returnValue = "";
    dialog.showModal();
    field.select();
    return new Promise((resolve) => {
        dialog.oncancel = (event) => canCancel || event.preventDefault();
        dialog.onclose = () => {
            const given = dialog.returnValue === "join" && field.value.trim() !== "";
            if (given) resolve(cleanName(field.value));
            else if (canCancel) resolve(proposal);
            else dialog.showModal();
        };
    });
}
