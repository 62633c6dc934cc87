import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const js = fileURLToPath(new URL("../../../clients/js/", import.meta.url));

/// Names and contents of all files below a folder.
function tree(folder) {
    return Object.fromEntries(readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
        const path = join(folder, entry.name);
        if (!entry.isDirectory()) return [[entry.name, readFileSync(path, "utf8")]];
        return Object.entries(tree(path)).map(([name, text]) => [`${entry.name}/${name}`, text]);
    }));
}

test("dist/ is what the sources give (if not: clients/js/build.sh)", (t) => {
    const folder = mkdtempSync(join(tmpdir(), "tern-dist-"));
    t.after(() => rmSync(folder, { recursive: true }));

    execFileSync(join(js, "build.sh"), [join(folder, "dist")], { stdio: "inherit" });

    assert.deepEqual(tree(join(js, "dist")), tree(join(folder, "dist")));
});

test("the package's exports are there", () => {
    const { exports, files } = JSON.parse(readFileSync(join(js, "package.json"), "utf8"));

    for (const path of Object.values(exports["."])) assert.ok(readFileSync(join(js, path), "utf8").length > 0);
    for (const path of files) assert.ok(readdirSync(js).includes(path), path);
});

test("the built file is small, and has no dependency", () => {
    const text = readFileSync(join(js, "dist/tern.js"), "utf8");

    assert.ok(text.length < 60_000, `${text.length} bytes`);
    assert.doesNotMatch(text, /^import /m);
});

test("the types fit strict programs, with the WebSocket of browsers and that of npm's ws", (t) => {
    const folder = mkdtempSync(join(tmpdir(), "tern-types-"));
    t.after(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(js, join(folder, "node_modules/tern-client"));
    writeFileSync(join(folder, "package.json"), '{"type": "module"}');
    copyFileSync(fileURLToPath(new URL("types/program.ts", import.meta.url)), join(folder, "program.ts"));
    const compiler = fileURLToPath(new URL("../../node/node_modules/typescript/bin/tsc", import.meta.url));

    const strict = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--lib", "es2022,dom"];
    for (const resolution of ["bundler", "nodenext"]) {
        const module = ["--moduleResolution", resolution, "--module", resolution === "bundler" ? "es2022" : resolution];
        const { stdout } = spawnSync("node", [compiler, ...strict, ...module, "program.ts"], { cwd: folder, encoding: "utf8" });
        assert.equal(stdout, "", resolution);
    }
});
