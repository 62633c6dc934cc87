import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { format } from "node:util";

import { Client, TernError } from "../../../clients/js/dist/tern.js";
import { Broker } from "../../node/broker.js";
import { WebSocket } from "../../node/modules.js";

const text = readFileSync(new URL("../../../docs/javascript.md", import.meta.url), "utf8");
const blocks = [...text.matchAll(/^```js ?(\w*)\n([^]*?)^```$/gm)].map(([, needs, code]) => ({ needs, code }));
const AsyncFunction = (async () => {}).constructor;
const preparations = {
    presence: ["topic", "create", "team", "--presence"],
    queue: ["queue", "create", "jobs"],
    stream: ["stream", "create", "events"],
};

test("the examples of docs/javascript.md run, and print what they say", async (t) => {
    const broker = await Broker.start(t);
    const clients = [];
    class ExampleClient extends Client {
        constructor() {
            super(broker.webSocketUrl, { WebSocket });
            clients.push(this);
        }
    }
    t.after(() => clients.forEach((client) => client.close()));

    for (const { needs, code } of blocks) {
        if (preparations[needs]) await broker.tern(...preparations[needs]);
        const printed = [];
        const console = { log: (...words) => printed.push(format(...words)) };
        const body = code.replace(/^import .*$/gm, "");
        const tern = body.includes("new Client(") ? undefined : new ExampleClient();
        await tern?.connect();
        const run = body.includes("new Client(") ? body : `{${body}}`;
        await new AsyncFunction("Client", "TernError", "console", ...(tern ? ["tern"] : []), run)(ExampleClient, TernError, console, tern);
        for (const [, shown] of code.matchAll(/console\.log\(.*\);\s*\/\/ ([\w.{ ]*\w.*)$/gm)) {
            const wanted = shown.replace(/ \.\.\.$/, "").replaceAll('"', "");
            if (!/^(\d|true|false|connected|chat\.)/.test(wanted)) continue;
            assert.ok(printed.some((line) => line.startsWith(wanted)), `${wanted} in ${printed.join(" | ")}`);
        }
        tern?.close();
    }
});
