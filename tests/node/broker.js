import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);

function program(variable) {
    const path = process.env[variable];
    if (!path) throw new Error(`The environment variable ${variable} must name the program.`);
    return path;
}

/// A real broker (TERND) with a data folder of its own, which a test may kill and start again. It comes back on the
/// ports that it had.
export class Broker {
    #folder = mkdtempSync(join(tmpdir(), "tern-node-"));
    #native = "127.0.0.1:0";
    #http = "127.0.0.1:0";
    #child;

    /// Starts one that is stopped after the test.
    static async start(test, options = []) {
        const broker = new Broker();
        broker.options = options;
        test.after(() => broker.#end());
        await broker.restart();
        return broker;
    }

    /// Where HTTP is answered, as "http://127.0.0.1:1234".
    get url() {
        return `http://${this.#http}`;
    }
    get webSocketUrl() {
        return `ws://${this.#http}/ws`;
    }

    /// Runs the command line (TERN_CLI) against it, and gives what it prints.
    async tern(...words) {
        const { stdout } = await run(program("TERN_CLI"), words, { env: { ...process.env, TERN_SERVER: this.#native } });
        return stdout;
    }

    /// As if the power went: nothing is finished, nothing is said to anybody.
    async kill() {
        const gone = once(this.#child, "exit");
        this.#child.kill("SIGKILL");
        await gone;
    }

    /// In order: it says good-bye to everybody, and is gone when this is fulfilled.
    async stop() {
        const gone = once(this.#child, "exit");
        this.#child.kill("SIGTERM");
        await gone;
    }

    /// Starts it on what is in its folder; ready when this is fulfilled.
    async restart() {
        const where = ["--data", this.#folder, "--listen", this.#native, "--http", this.#http];
        this.#child = spawn(program("TERND"), [...where, ...this.options], { stdio: ["ignore", "pipe", "pipe"] });
        const said = [];
        await new Promise((resolve, reject) => {
            this.#child.once("error", reject);
            this.#child.once("exit", (code) => reject(new Error(`The broker ended with ${code}: ${said.join("\n")}`)));
            const listen = (line) => {
                said.push(line);
                const ready = line.match(/ready: native ([\d.]+:\d+), http ([\d.]+:\d+)/);
                if (!ready) return;
                [, this.#native, this.#http] = ready;
                resolve();
            };
            for (const stream of [this.#child.stdout, this.#child.stderr]) createInterface({ input: stream }).on("line", listen);
        });
        this.#child.removeAllListeners("exit");
    }

    async #end() {
        if (this.#child?.exitCode === null && this.#child.signalCode === null) await this.kill();
        rmSync(this.#folder, { recursive: true, force: true });
    }
}
