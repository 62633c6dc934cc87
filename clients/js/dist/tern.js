// src/backoff.ts
var Backoff = class {
  constructor(options, random = Math.random) {
    this.options = options;
    this.random = random;
  }
  #attempts = 0;
  /** The next pause in milliseconds, from minMs to maxMs. */
  next() {
    const { minMs, maxMs } = this.options;
    const range = Math.min(maxMs, minMs * 2 ** Math.min(this.#attempts++, 30));
    return Math.min(maxMs, minMs + this.random() * range);
  }
  /** All is well again: the next pause is a short one. */
  reset() {
    this.#attempts = 0;
  }
};

// src/errors.ts
var TernError = class _TernError extends Error {
  code;
  /** Whether the same request may succeed later. */
  temporary;
  constructor(name, message, options = {}) {
    super(message);
    this.name = name;
    this.code = options.code ?? 0;
    this.temporary = options.temporary ?? false;
  }
  /** @internal */
  static fromWire(error) {
    return new _TernError(error.name, error.message, { code: error.code, temporary: error.temporary ?? false });
  }
};
var connectionLost = (message = "The connection was lost before the answer came.") => new TernError("connection_lost", message, { temporary: true });
var clientClosed = (message = "The client is closed.") => new TernError("closed", message);
var subscriptionEnded = () => new TernError("closed", "The subscription has ended.");
var noAnswer = (command, timeoutMs) => new TernError("timed_out", `No answer to ${command} in ${timeoutMs} ms.`, { temporary: true });

// src/events.ts
var throwLater = (error) => queueMicrotask(() => {
  throw error;
});
var Emitter = class {
  #listeners = /* @__PURE__ */ new Map();
  /** Calls `listener` for each event of that type, until the function that this returns is called. */
  on(type, listener) {
    const listeners = this.#listeners.get(type) ?? /* @__PURE__ */ new Set();
    this.#listeners.set(type, listeners.add(listener));
    return () => void listeners.delete(listener);
  }
  /** Calls `listener` for the next event of that type only. */
  once(type, listener) {
    const off = this.on(type, (event) => {
      off();
      listener(event);
    });
    return off;
  }
  /** @internal */
  emit(type, event) {
    for (const listener of [...this.#listeners.get(type) ?? []]) {
      try {
        listener(event);
      } catch (error) {
        throwLater(error);
      }
    }
  }
  /** @internal */
  has(type) {
    return (this.#listeners.get(type)?.size ?? 0) > 0;
  }
};

// src/link.ts
var Link = class {
  constructor(socket, events) {
    this.socket = socket;
    this.events = events;
    socket.onopen = () => this.#over || events.opened();
    socket.onmessage = (event) => this.#read(event.data);
    socket.onclose = (event) => this.#end(event.code, event.reason);
    socket.onerror = () => {
    };
  }
  #over = false;
  send(text) {
    if (!this.#over && this.socket.readyState === 1) this.socket.send(text);
  }
  /** Closes and forgets it: a dead connection would take minutes to say that it is closed. */
  drop(code, reason) {
    if (this.#over) return;
    this.#over = true;
    this.socket.close(code, reason);
  }
  #read(data) {
    if (this.#over) return;
    this.events.heard();
    if (typeof data !== "string") return this.#refuse("The broker sent bytes where text was agreed.");
    for (const line of data.split("\n")) {
      if (line === "" || this.#over) continue;
      let message;
      try {
        message = JSON.parse(line);
      } catch {
        return this.#refuse("The broker sent what is not JSON.");
      }
      this.events.message(message);
    }
  }
  #refuse(reason) {
    this.drop(4500, reason);
    this.events.closed(4500, reason);
  }
  #end(code, reason) {
    if (this.#over) return;
    this.#over = true;
    this.events.closed(code, reason);
  }
};
async function findWebSocket(given) {
  const builtIn = given ?? globalThis.WebSocket;
  if (builtIn) return builtIn;
  const packageName = "ws";
  try {
    return (await import(
      /* @vite-ignore */
      /* webpackIgnore: true */
      packageName
    )).default;
  } catch {
    throw new TernError("closed", "There is no WebSocket here: install the package `ws` beside tern-client, or give the option WebSocket.");
  }
}

// src/connection.ts
var closedOverContents = [1002, 1003, 1007, 1009];
var isFinal = (code) => code >= 4500 && code <= 4999;
var Connection = class extends Emitter {
  constructor(options) {
    super();
    this.options = options;
    this.#backoff = new Backoff(options.backoff, options.random);
  }
  state = "closed";
  info;
  #link;
  #isOpen = false;
  #attempt = 0;
  #heardAt = 0;
  #stopTimer = () => {
  };
  #backoff;
  /** Whether what is sent now goes out. */
  get isOpen() {
    return this.#isOpen;
  }
  start() {
    if (this.state !== "closed") return;
    this.#backoff.reset();
    void this.#open();
    this.#become({ state: "connecting" });
  }
  stop() {
    if (this.state === "closed") return;
    this.#forget(1e3, "");
    this.#become({ state: "closed" });
    this.emit("lost", { error: clientClosed(), refused: false, final: true });
  }
  /** Does not wait for the rest of a pause. */
  retryNow() {
    if (this.state === "connecting" && !this.#link) void this.#open();
  }
  send(text) {
    this.#link?.send(text);
  }
  /** The broker has answered on this connection. */
  confirmed(info) {
    if (!this.#isOpen) return;
    this.info = info;
    this.#backoff.reset();
    this.#watch();
    this.#become({ state: "connected" });
  }
  async #open() {
    this.#stopTimer();
    const attempt = ++this.#attempt;
    let socket;
    try {
      const constructor = await findWebSocket(this.options.WebSocket);
      if (attempt !== this.#attempt) return;
      socket = new constructor(this.options.url, ["tern.json.v1"]);
    } catch (error) {
      return this.#lost(error instanceof TernError ? error : clientClosed(String(error)), false, true);
    }
    this.#link = new Link(socket, {
      opened: () => this.#opened(),
      heard: () => this.#heardAt = this.options.timers.now(),
      message: (message) => this.emit("message", message),
      closed: (code, reason) => this.#closed(code, reason)
    });
    this.#stopTimer = this.options.timers.after(this.options.openTimeoutMs, () => {
      this.#lost(connectionLost("The broker did not answer in time."), false, false);
    });
  }
  #opened() {
    this.#isOpen = true;
    this.#heardAt = this.options.timers.now();
    this.emit("opened", void 0);
  }
  #closed(code, reason) {
    const detail = reason ? `: ${reason}` : "";
    const text = `The connection was closed (${code}${detail}).`;
    const final = isFinal(code);
    this.#lost(final ? clientClosed(text) : connectionLost(text), closedOverContents.includes(code), final);
  }
  /** Looks, as often as is due, whether the broker has been silent for two of its pings. */
  #watch() {
    this.#stopTimer();
    const { timers } = this.options;
    const silenceMax = 2 * (this.info?.pingMs ?? 0);
    if (silenceMax === 0) return;
    const left = this.#heardAt + silenceMax - timers.now();
    if (left <= 0) return this.#lost(connectionLost("The broker fell silent."), false, false);
    this.#stopTimer = timers.after(left, () => this.#watch());
  }
  #lost(error, refused, final) {
    this.#forget(4002, "");
    if (final) {
      this.#become({ state: "closed", error });
    } else {
      const retryInMs = this.#backoff.next();
      this.#stopTimer = this.options.timers.after(retryInMs, () => void this.#open());
      this.#become({ state: "connecting", error, retryInMs });
    }
    this.emit("lost", { error, refused, final });
  }
  #forget(code, reason) {
    this.#stopTimer();
    this.#attempt++;
    this.#isOpen = false;
    this.#link?.drop(code, reason);
    this.#link = void 0;
  }
  #become(change) {
    const previous = this.state;
    this.state = change.state;
    this.emit("state", { ...change, previous });
  }
};

// src/members.ts
var memberFromWire = (from) => ({
  member: from.member,
  state: from.state ?? null,
  connections: from.connections ?? 1,
  joinedAt: new Date(from.joined_at ?? 0)
});
var Members = class {
  all = /* @__PURE__ */ new Map();
  /** Takes a whole list, after connecting again. What is different from before, or nothing. */
  replace(list) {
    const change = { joined: [], left: [], updated: [] };
    const now = new Map(list.map((each) => [each.member, memberFromWire(each)]));
    for (const [name, member] of this.all) if (!now.has(name)) change.left.push(member);
    for (const [name, member] of now) {
      const before = this.all.get(name);
      if (!before) change.joined.push(member);
      else if (!isSame(before, member)) change.updated.push(member);
    }
    this.all.clear();
    for (const [name, member] of now) this.all.set(name, member);
    return isEmpty(change) ? void 0 : change;
  }
  /** Takes what the broker says has changed. What that changes here, or nothing. */
  apply(diff) {
    const change = { joined: [], left: [], updated: [] };
    for (const name of diff.left ?? []) {
      const member = this.all.get(name);
      if (member) change.left.push(member);
      this.all.delete(name);
    }
    for (const each of [...diff.joined ?? [], ...diff.updated ?? []]) {
      const member = memberFromWire(each);
      const before = this.all.get(each.member);
      if (before && isSame(before, member)) continue;
      (before ? change.updated : change.joined).push(member);
      this.all.set(each.member, member);
    }
    return isEmpty(change) ? void 0 : change;
  }
};
var isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);
var isEmpty = (change) => change.joined.length + change.left.length + change.updated.length === 0;

// src/payload.ts
var pieceBytes = 32768;
function toBase64(bytes) {
  let binary = "";
  for (let at = 0; at < bytes.length; at += pieceBytes) binary += String.fromCharCode(...bytes.subarray(at, at + pieceBytes));
  return btoa(binary);
}
function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
function encodePayload(data, as) {
  if (data instanceof ArrayBuffer) return encodePayload(new Uint8Array(data), as);
  if (data instanceof Uint8Array) return { base64: toBase64(data) };
  if (as === "bytes") throw new TypeError("Bytes are given as a Uint8Array or an ArrayBuffer.");
  if (as === "text") {
    if (typeof data !== "string") throw new TypeError("Text is given as a string.");
    return { text: data };
  }
  if (data === void 0) throw new TypeError("There is no data; null is data.");
  return { data };
}
function decodePayload(from) {
  if (from.base64 !== void 0) return { data: fromBase64(from.base64), encoding: "bytes" };
  if (from.text !== void 0) return { data: from.text, encoding: "text" };
  return { data: from.data, encoding: "json" };
}
var textOrBytesToWire = (from) => typeof from === "string" ? from : { base64: toBase64(from) };
var textOrBytesFromWire = (from) => typeof from === "string" ? from : fromBase64(from.base64);
function randomKey() {
  const parts = new Uint32Array(4);
  if ("crypto" in globalThis) crypto.getRandomValues(parts);
  else parts.forEach((_, index) => parts[index] = Math.random() * 2 ** 32);
  return Array.from(parts, (part) => part.toString(36)).join("-");
}

// src/publication.ts
function publicationFromWire(from) {
  return {
    subject: from.subject,
    offset: from.offset,
    time: new Date(from.time ?? 0),
    id: from.id ?? "",
    ...decodePayload(from),
    attributes: from.attributes ?? {},
    retained: from.retained ?? false,
    delivery: from.delivery,
    handle: from.handle
  };
}
function historyFromWire(from) {
  return {
    publications: (from["publications"] ?? []).map((each) => publicationFromWire(each)),
    epoch: from["epoch"] ?? "",
    startOffset: from["start_offset"] ?? 0,
    endOffset: from["end_offset"] ?? 0,
    nextOffset: from["next_offset"] ?? 0,
    more: from["more"] ?? false
  };
}

// src/queue.ts
function outcomes(answer, map) {
  const results = answer.results ?? [];
  return results.map(
    (each) => each["error"] ? { ok: false, error: TernError.fromWire(each["error"]) } : { ok: true, ...map(each) }
  );
}
var bodyOf = (wire) => wire.body ?? decodePayload(wire).data;
var Queue = class {
  /** @internal */
  constructor(name, namespace, call) {
    this.name = name;
    this.namespace = namespace;
    this.call = call;
  }
  /**
   * Sends a message and waits until it is on disk. A string is its text, a Uint8Array its bytes, anything else is sent
   * as JSON. Errors: "connection_lost" when the answer was lost, of a queue that is not FIFO: it may have been sent.
   */
  async send(body, options = {}) {
    const fields = { ...this.#where(), ...this.#message(body, options) };
    return await this.call({ command: "send", fields, repeatable: this.#isFifo, options });
  }
  /** Sends up to 1,000 messages; each succeeds or fails by itself. */
  async sendAll(messages, options) {
    const fields = { ...this.#where(), messages: messages.map((each) => this.#message(each.body, each)) };
    const answer = await this.call({ command: "send", fields, repeatable: this.#isFifo, options });
    return outcomes(answer, (each) => ({ id: each["id"], sequence: each["sequence"] }));
  }
  /** Messages to work on, none if there were none in `waitMs`. */
  async receive(options = {}) {
    const { max, waitMs, visibilityTimeoutMs, timeoutMs = 3e4 + (waitMs ?? 0) } = options;
    const fields = { ...this.#where(), max, wait_ms: waitMs, visibility_timeout_ms: visibilityTimeoutMs };
    const call = { command: "receive", fields, repeatable: true, options: { ...options, timeoutMs } };
    const answer = await this.call(call);
    return (answer.messages ?? []).map((wire) => ({
      id: wire.id,
      handle: wire.handle,
      body: bodyOf(wire),
      attributes: wire.attributes ?? {},
      sentAt: new Date(wire.sent_at ?? 0),
      receiveCount: wire.receive_count ?? 1,
      sequence: wire.sequence,
      group: wire.group
    }));
  }
  /**
   * Messages one by one, for ever, however long the broker is away: until the loop is left or the signal says so. Each
   * is to be deleted when done. Errors: "timed_out" if `timeoutMs` is given.
   */
  async *messages(options = {}) {
    const { signal, timeoutMs = Infinity } = options;
    while (!signal?.aborted) {
      let received;
      try {
        received = await this.receive({ waitMs: 2e4, ...options, timeoutMs });
      } catch (error) {
        if (signal?.aborted) return;
        throw error;
      }
      yield* received;
    }
  }
  /** Deletes for good what was received. */
  async delete(messages, options) {
    const fields = { ...this.#where(), handles: handlesOf(messages) };
    return outcomes(await this.call({ command: "delete", fields, repeatable: true, options }), () => ({}));
  }
  /** Has them come back so much later, counted from now; 0: at once. */
  async changeVisibility(messages, visibilityTimeoutMs, options) {
    const fields = { ...this.#where(), handles: handlesOf(messages), visibility_timeout_ms: visibilityTimeoutMs };
    return outcomes(await this.call({ command: "change_visibility", fields, repeatable: true, options }), () => ({}));
  }
  get #isFifo() {
    return this.name.endsWith(".fifo");
  }
  #where() {
    return { queue: this.name, namespace: this.namespace };
  }
  #message(body, options) {
    const as = typeof body === "string" ? "text" : void 0;
    const { text, ...payload } = encodePayload(body, as);
    return {
      body: text,
      ...payload,
      attributes: options.attributes,
      delay_ms: options.delayMs,
      group: options.group,
      deduplication_id: options.deduplicationId ?? (this.#isFifo ? randomKey() : void 0)
    };
  }
};
var handlesOf = (messages) => (Array.isArray(messages) ? messages : [messages]).map((each) => each.handle);

// src/requests.ts
var timeoutMsDefault = 3e4;
var messageBytesMaxDefault = 20 * 1024 * 1024;
var isLonger = (text, bytesMax) => text.length > bytesMax || text.length * 3 > bytesMax && new TextEncoder().encode(text).length > bytesMax;
var Requests = class {
  constructor(timers, send, isOpen, messageBytesMax, requestsMax) {
    this.timers = timers;
    this.send = send;
    this.isOpen = isOpen;
    this.messageBytesMax = messageBytesMax;
    this.requestsMax = requestsMax;
  }
  #nextId = 1;
  #waiting = /* @__PURE__ */ new Map();
  get size() {
    return this.#waiting.size;
  }
  /** Sends it, or keeps it until there is a connection. */
  call(call) {
    const { signal, timeoutMs = timeoutMsDefault } = call.options ?? {};
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (call.onlyIfConnected && !this.isOpen()) return Promise.reject(connectionLost("There is no connection."));
    if (this.#waiting.size >= this.requestsMax && !call.own) {
      return Promise.reject(
        new TernError("too_many_requests", `${this.requestsMax} requests are unanswered.`, { temporary: true })
      );
    }
    let text;
    try {
      text = JSON.stringify(call.fields);
    } catch (error) {
      return Promise.reject(error);
    }
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      const stopTimer = timeoutMs === Infinity ? () => {
      } : this.timers.after(timeoutMs, () => timedOut());
      const settle = (settled) => {
        if (!this.#waiting.delete(id)) return;
        stopTimer();
        signal?.removeEventListener("abort", aborted);
        settled();
      };
      const waiting = {
        ...call,
        id,
        text,
        sentAt: void 0,
        resolve: (answer) => settle(() => resolve(answer)),
        reject: (error) => settle(() => reject(error))
      };
      const aborted = () => waiting.reject(signal?.reason);
      const timedOut = () => waiting.reject(noAnswer(call.command, timeoutMs));
      signal?.addEventListener("abort", aborted);
      this.#waiting.set(id, waiting);
      call.onId?.(id);
      if (this.isOpen()) this.#transmit(waiting);
    });
  }
  /** What waits for a new connection, in the order in which it was asked for. */
  take() {
    return [...this.#waiting.keys()];
  }
  /** Sends on the new connection what was taken before. */
  repeat(ids) {
    for (const id of ids) {
      const waiting = this.#waiting.get(id);
      if (!waiting) continue;
      const age = waiting.sentAt === void 0 ? 0 : this.timers.now() - waiting.sentAt;
      if (age < (waiting.repeatableForMs ?? Infinity)) this.#transmit(waiting);
      else waiting.reject(new TernError("outcome_unknown", "Whether the broker has it is not known; it is too late to repeat it safely."));
    }
  }
  /** The connection is gone; `refused` when the broker closed it over something that it was sent. */
  lost(error, refused) {
    for (const waiting of [...this.#waiting.values()]) {
      if (waiting.sentAt === void 0) continue;
      if (refused || !waiting.repeatable) waiting.reject(refused ? new TernError(error.name, error.message) : error);
    }
  }
  /** The client is closed: nothing will be answered. */
  closed(error) {
    for (const waiting of [...this.#waiting.values()]) waiting.reject(error);
  }
  answered(message) {
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    if (message["error"]) waiting.reject(TernError.fromWire(message["error"]));
    else this.#take(waiting, message[waiting.command] ?? {});
  }
  #take(waiting, answer) {
    waiting.resolve(answer);
    waiting.onAnswer?.(answer);
  }
  #transmit(waiting) {
    const text = `{"id":${waiting.id},"${waiting.command}":${waiting.text}}`;
    const bytesMax = this.messageBytesMax() ?? messageBytesMaxDefault;
    if (isLonger(text, bytesMax)) {
      return waiting.reject(new TernError("message_too_large", `The broker takes ${bytesMax} bytes at once.`));
    }
    waiting.sentAt ??= this.timers.now();
    this.send(text);
  }
};

// src/stream.ts
function mapped(headers, map) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value === null ? null : map(value)]));
}
var recordToWire = ({ data, as, key, headers }) => ({
  ...encodePayload(data, as),
  key: key === void 0 ? void 0 : textOrBytesToWire(key),
  headers: headers && mapped(headers, textOrBytesToWire)
});
var recordFromWire = (wire) => ({
  offset: wire.offset,
  time: new Date(wire.time ?? 0),
  key: wire.key === void 0 ? void 0 : textOrBytesFromWire(wire.key),
  ...decodePayload(wire),
  headers: mapped(wire.headers ?? {}, textOrBytesFromWire)
});
var waitMsWhileReading = 2e4;
var Stream = class {
  /** @internal */
  constructor(name, namespace, call) {
    this.name = name;
    this.namespace = namespace;
    this.call = call;
  }
  /** Appends records to a partition, all or none, and waits until they are on disk. It is never repeated by itself. */
  async append(records, options = {}) {
    const list = Array.isArray(records) ? records : [records];
    const fields = { ...this.#where(options.partition), records: list.map(recordToWire) };
    const answer = await this.call({ command: "append", fields, repeatable: false, options });
    return { baseOffset: answer["base_offset"] ?? 0, endOffset: answer["end_offset"] ?? 0 };
  }
  /** Records from an offset on. */
  async fetch(options) {
    const { partition, offset, max, waitMs, timeoutMs = 3e4 + (waitMs ?? 0) } = options;
    const fields = { ...this.#where(partition), offset, max, wait_ms: waitMs };
    const answer = await this.call({ command: "fetch", fields, repeatable: true, options: { ...options, timeoutMs } });
    return {
      records: (answer.records ?? []).map((wire) => recordFromWire(wire)),
      startOffset: answer.start_offset ?? 0,
      endOffset: answer.end_offset ?? 0,
      nextOffset: answer.next_offset ?? offset
    };
  }
  /**
   * Records one by one from an offset on, for ever, however long the broker is away: until the loop is left or the signal
   * says so. Errors: "timed_out" if `timeoutMs` is given.
   */
  async *read(options) {
    const { signal, timeoutMs = Infinity } = options;
    let offset = options.offset;
    while (!signal?.aborted) {
      let fetched;
      try {
        fetched = await this.fetch({ waitMs: waitMsWhileReading, ...options, offset, timeoutMs });
      } catch (error) {
        if (signal?.aborted) return;
        throw error;
      }
      yield* fetched.records;
      offset = fetched.nextOffset;
    }
  }
  #where(partition = 0) {
    return { stream: this.name, partition, namespace: this.namespace };
  }
};

// src/position.ts
var Position = class _Position {
  constructor(epoch, next) {
    this.epoch = epoch;
    this.next = next;
  }
  /** Whether there is something to go on from. */
  get known() {
    return this.next !== void 0;
  }
  /** Whether the publication with that offset was there before. */
  isBehind(offset) {
    return this.next !== void 0 && offset < this.next;
  }
  /** The publication with that offset is there. */
  advance(offset) {
    if (!this.isBehind(offset)) this.next = offset + 1;
  }
  /** The broker has answered a subscribe. What is missing, if anything is. */
  resumed(answer) {
    const before = new _Position(this.epoch, this.next);
    const complete = answer.recovered !== false;
    if (!before.known || !complete) this.next = answer.offset ?? before.next;
    this.epoch = answer.epoch ?? before.epoch;
    if (!before.known || complete) return void 0;
    const anew = before.epoch !== void 0 && before.epoch !== this.epoch;
    return { reason: anew ? "epoch_changed" : "not_kept", epoch: this.epoch, from: before.next, to: this.next, dropped: void 0 };
  }
  /** The broker has left out what is before `to`. False if that is known. */
  skip(to) {
    if (to === void 0 || this.next === void 0) return true;
    if (to <= this.next) return false;
    this.next = to;
    return true;
  }
};

// src/publication_queue.ts
var PublicationQueue = class {
  constructor(itemsMax) {
    this.itemsMax = itemsMax;
  }
  #items = [];
  #head = 0;
  #readers = [];
  #ended = false;
  #error;
  get size() {
    return this.#items.length - this.#head;
  }
  /** Whether one more may be pushed. */
  get hasRoom() {
    return this.#readers.length > 0 || this.size < this.itemsMax;
  }
  push(item) {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader) reader.resolve({ value: item, done: false });
    else this.#items.push(item);
  }
  /** What is there can still be read; then reading ends, with `error` if there is one. */
  end(error) {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    for (const reader of this.#readers.splice(0)) this.#finish(reader.resolve, reader.reject);
  }
  /** The first of those that wait which is as wanted. */
  find(wanted) {
    for (let at = this.#head; at < this.#items.length; ++at) {
      const item = this.#items[at];
      if (wanted(item)) return item;
    }
    return void 0;
  }
  /** What has waited longest, if anything does. */
  take() {
    return this.size > 0 ? this.#shift() : void 0;
  }
  next() {
    return new Promise((resolve, reject) => {
      if (this.size > 0) resolve({ value: this.#shift(), done: false });
      else if (this.#ended) this.#finish(resolve, reject);
      else this.#readers.push({ resolve, reject });
    });
  }
  #shift() {
    const item = this.#items[this.#head++];
    if (this.#head >= 1024 || this.#head === this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
  #finish(resolve, reject) {
    const error = this.#error;
    this.#error = void 0;
    if (error === void 0) resolve({ value: void 0, done: true });
    else reject(error);
  }
};

// src/recovery.ts
var Recovery = class {
  constructor(done) {
    this.done = done;
  }
  #offsets = [];
  #count = 0;
  #last;
  published(offset) {
    if (offset === void 0) return;
    if (this.#last === void 0) this.#offsets.push(offset);
    else this.#take(offset);
  }
  /** `last` is the offset of the last one, if there is any; `next` is what the subscription waits for. */
  endsWith(last, next) {
    if (last === void 0) return this.done(this.#offsets.length);
    this.#last = last;
    this.#count = this.#offsets.filter((offset) => offset <= last).length;
    this.#offsets = [];
    if (next === void 0 || last < next) this.done(this.#count);
  }
  #take(offset) {
    if (offset <= this.#last) this.#count++;
    if (offset >= this.#last) this.done(this.#count);
  }
};

// src/subscribe_options.ts
function fromAsWire(from) {
  if (typeof from !== "object" || !("time" in from)) return from;
  return { time: Number(from.time) };
}
function subscribeFields(pattern, options, position) {
  const goesOn = position.known && options.durable === void 0;
  return {
    pattern,
    from: goesOn ? { offset: position.next, epoch: position.epoch } : fromAsWire(options.from),
    filter: options.filter,
    filter_scope: options.filterScope,
    slow: options.slow,
    durable: options.durable,
    in_flight_max: options.inFlightMax,
    ack_wait_ms: options.ackWaitMs,
    deliveries_max: options.deliveriesMax,
    dead_letter_queue: options.deadLetterQueue,
    presence: options.presence,
    member: options.member,
    state: options.state,
    namespace: options.namespace
  };
}

// src/subscription.ts
var queueMaxDefault = 1e4;
var refusalPauseMs = 1e3;
var Subscription = class {
  /** @internal */
  constructor(pattern, options, host) {
    this.pattern = pattern;
    this.options = options;
    this.host = host;
    const from = typeof options.from === "object" && "offset" in options.from ? options.from : void 0;
    this.#position = new Position(from?.epoch, from?.offset);
    this.#queue = new PublicationQueue(options.queueMax ?? queueMaxDefault);
    this.#memberState = options.state;
    this.#ready = new Promise((resolve, reject) => this.#settleReady = { resolve, reject });
    this.#ready.catch(() => {
    });
    const aborted = () => void this.unsubscribe();
    options.signal?.addEventListener("abort", aborted);
    this.#cleanUp = () => options.signal?.removeEventListener("abort", aborted);
  }
  #state = "subscribing";
  /** Its id on this connection; each connection gives another. */
  #id;
  #recovery;
  #memberState;
  #memberStateSent;
  #ready;
  #settleReady;
  #cleanUp = () => {
  };
  #events = new Emitter();
  #members = new Members();
  #position;
  #queue;
  get state() {
    return this.#state;
  }
  /** Who is on the topic, by name; kept up to date if `presence` was asked for. */
  get members() {
    return this.#members.all;
  }
  /**
   * Where it stands: `from` of a later subscription that is to go on there. Nothing before it is subscribed. What has
   * arrived, but was not read by a loop yet, is still to come.
   */
  get position() {
    const unread = this.#queue.find(({ publication }) => publication.offset !== void 0 && !publication.retained);
    if (unread && this.options.durable === void 0) return { epoch: unread.epoch, offset: unread.publication.offset };
    const { epoch, next } = this.#position;
    return next === void 0 ? void 0 : { epoch, offset: next };
  }
  /** Calls `listener` for each such event, until the function that this returns is called. */
  on(type, listener) {
    const off = this.#events.on(type, listener);
    if (type !== "publication") return off;
    for (let each = this.#queue.take(); each; each = this.#queue.take()) this.#events.emit("publication", each.publication);
    return off;
  }
  /** Fulfilled once the broker has subscribed it. Errors: the refusal; "closed". */
  ready() {
    return this.#ready;
  }
  /** Ends it. Loops end, too, once they have read what has arrived. */
  async unsubscribe() {
    if (this.#state === "ended") return;
    const sub = this.#id;
    this.#end(void 0);
    if (sub === void 0) return;
    await this.#tellUnsubscribed(sub);
  }
  /** Of a durable subscription: these are done and will not be pushed again. */
  ack(publications, options) {
    return this.#settle("ack", publications, {}, options);
  }
  /** Of a durable subscription: these are to be pushed again, after `delayMs`. */
  reject(publications, options = {}) {
    return this.#settle("reject", publications, { delay_ms: options.delayMs }, options);
  }
  /** Changes the state with which this client's member is on the topic. */
  async setState(state, options) {
    this.#memberState = state;
    if (this.#state !== "subscribed") return;
    this.#memberStateSent = state;
    await this.host.call({ command: "state", fields: { sub: this.#id, state }, repeatable: false, options });
  }
  [Symbol.asyncIterator]() {
    return {
      next: async () => {
        const { value, done } = await this.#queue.next();
        return done ? { value: void 0, done } : { value: value.publication, done: false };
      },
      return: async () => {
        void this.unsubscribe();
        return { value: void 0, done: true };
      }
    };
  }
  /**
   * There is a connection: subscribes on it.
   * @internal
   */
  opened() {
    const fields = { ...subscribeFields(this.pattern, this.options, this.#position), state: this.#memberState };
    this.#memberStateSent = this.#memberState;
    let id = 0;
    const call = {
      command: "subscribe",
      fields,
      repeatable: false,
      onlyIfConnected: true,
      own: true,
      onId: (given) => this.#id = id = given,
      onAnswer: (answer) => this.#id === id && this.#subscribed(answer),
      options: { timeoutMs: Infinity }
      // it waits for as long as the connection lives
    };
    this.host.call(call).catch((error) => this.#id === id && this.#refused(error));
  }
  /** @internal */
  lost() {
    this.#id = void 0;
    this.#recovery = void 0;
    if (this.#state !== "subscribed") return;
    this.#state = "recovering";
    this.#events.emit("recovering", void 0);
  }
  /**
   * The client is closed.
   * @internal
   */
  closed(error) {
    this.#end(error);
  }
  /** @internal */
  hasId(id) {
    return this.#id !== void 0 && this.#id === id;
  }
  /** @internal */
  pushed(kind, push) {
    if (kind === "pub") this.#published(push);
    else if (kind === "presence") this.#present(this.#members.apply(push));
    else if (kind === "gap") this.#dropped(push);
    else if (kind === "ended") this.#end(TernError.fromWire(push));
  }
  #published(wire) {
    const ordered = wire.offset !== void 0 && this.options.durable === void 0;
    if (ordered && this.#position.isBehind(wire.offset) && !(wire.retained && !this.#recovery)) return;
    const listened = this.#events.has("publication");
    if (!listened && !this.#queue.hasRoom) return this.#overflowed();
    if (ordered) this.#position.advance(wire.offset);
    const publication = publicationFromWire(wire);
    if (listened) this.#events.emit("publication", publication);
    else this.#queue.push({ publication, epoch: this.#position.epoch });
    this.#recovery?.published(wire.offset);
  }
  #overflowed() {
    const sub = this.#id;
    this.#end(new TernError("subscriber_too_slow", `${this.#queue.size} publications wait to be read.`, { code: 920 }));
    void this.#tellUnsubscribed(sub);
  }
  /** Never fails. */
  #tellUnsubscribed(sub) {
    const call = { command: "unsubscribe", fields: { sub }, repeatable: false, onlyIfConnected: true, own: true };
    return this.host.call(call).catch(() => {
    });
  }
  #dropped(push) {
    const { epoch, from, to, dropped } = push;
    if (!this.#position.skip(to)) return;
    this.#events.emit("gap", { reason: "dropped", epoch, from, to, dropped });
  }
  #present(change) {
    if (change) this.#events.emit("presence", change);
  }
  #subscribed(wire) {
    const again = this.#state === "recovering";
    const answer = wire;
    const gap = this.options.durable === void 0 ? this.#position.resumed(answer) : void 0;
    this.#state = "subscribed";
    const subscribed = { topic: answer.topic ?? "", epoch: answer.epoch, offset: answer.offset, recovered: answer.recovered !== false };
    this.#settleReady.resolve(subscribed);
    this.#events.emit("subscribed", subscribed);
    if (gap) this.#events.emit("gap", gap);
    if (answer.members) this.#present(this.#members.replace(answer.members));
    if (this.#memberState !== this.#memberStateSent) void this.setState(this.#memberState).catch(() => {
    });
    if (again) this.#recover(!gap);
  }
  #recover(complete) {
    if (this.#state === "ended") return;
    const told = (count) => this.#events.emit("recovered", { count, complete });
    if (this.options.filter || this.options.durable !== void 0) return told(void 0);
    const recovery = this.#recovery = new Recovery((count) => {
      if (this.#recovery !== recovery) return;
      this.#recovery = void 0;
      told(count);
    });
    const fields = { pattern: this.pattern, from: { last: 1 }, limit: 1, namespace: this.options.namespace };
    this.host.call({ command: "history", fields, repeatable: false, own: true }).then(
      (wire) => {
        const last = wire.publications?.at(-1)?.offset;
        recovery.endsWith(last, this.#position.next);
      },
      () => recovery.endsWith(void 0, void 0)
      // the topic has no history
    );
  }
  #refused(error) {
    if (this.#state === "ended" || error.name === "connection_lost") return;
    if (!error.temporary) return this.#end(error);
    this.#id = void 0;
    const stop = this.host.timers.after(refusalPauseMs, () => this.#id === void 0 && this.#state !== "ended" && this.opened());
    const before = this.#cleanUp;
    this.#cleanUp = () => (stop(), before());
  }
  async #settle(command, publications, more, options) {
    const list = Array.isArray(publications) ? publications : [publications];
    const handles = list.map((each) => each.handle);
    if (handles.length === 0) return;
    if (handles.includes(void 0)) throw new TypeError("Only what a durable subscription delivers can be acknowledged.");
    const { signal, timeoutMs = timeoutMsDefault } = options ?? {};
    const deadline = this.host.timers.now() + timeoutMs;
    if (this.#state !== "subscribed") await this.#again(command, signal, timeoutMs);
    const left = deadline - this.host.timers.now();
    const call = { command, fields: { sub: this.#id, handles, ...more }, repeatable: false, options: { signal, timeoutMs: left } };
    const answer = await this.host.call(call);
    const refusal = answer.results?.find((each) => each.error)?.error;
    if (refusal) throw TernError.fromWire(refusal);
  }
  /** The next time that it is subscribed; in time for a request. */
  #again(command, signal, timeoutMs) {
    if (this.#state === "ended") return Promise.reject(subscriptionEnded());
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const timedOut = () => settle(() => reject(noAnswer(command, timeoutMs)));
      const aborted = () => settle(() => reject(signal?.reason));
      const stopTimer = timeoutMs === Infinity ? () => {
      } : this.host.timers.after(timeoutMs, timedOut);
      const off = [
        this.#events.on("subscribed", () => settle(resolve)),
        this.#events.on("ended", (error) => settle(() => reject(error ?? subscriptionEnded())))
      ];
      const settle = (settled) => {
        stopTimer();
        signal?.removeEventListener("abort", aborted);
        for (const each of off) each();
        settled();
      };
      signal?.addEventListener("abort", aborted);
    });
  }
  #end(error) {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#id = void 0;
    this.#recovery = void 0;
    this.#cleanUp();
    this.#queue.end(error);
    this.#settleReady.reject(error ?? subscriptionEnded());
    this.host.ended(this);
    this.#events.emit("ended", error);
  }
};

// src/timers.ts
var systemTimers = {
  now: () => performance.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  }
};

// src/client.ts
var keyKnownMs = 28e4;
function defaultUrl() {
  const location = globalThis.location;
  if (!location?.host) return "ws://127.0.0.1:4566/ws";
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
}
var Client = class {
  constructor(url = defaultUrl(), options = {}) {
    this.options = options;
    this.url = url;
    this.#timers = options.timers ?? systemTimers;
    this.#connection = new Connection({
      url,
      WebSocket: options.WebSocket,
      backoff: { minMs: 500, maxMs: 2e4, ...options.backoff },
      openTimeoutMs: options.openTimeoutMs ?? 1e4,
      timers: this.#timers,
      random: options.random
    });
    const send = (text) => this.#connection.send(text);
    const isOpen = () => this.#connection.isOpen;
    const messageBytesMax = () => this.#connection.info?.limits["message_bytes_max"];
    this.#requests = new Requests(this.#timers, send, isOpen, messageBytesMax, options.requestsMax ?? 1e3);
    this.#connection.on("opened", () => this.#opened());
    this.#connection.on("message", (message) => this.#received(message));
    this.#connection.on("lost", (lost) => this.#lost(lost));
    this.#connection.on("state", (change) => this.#events.emit("state", change));
  }
  url;
  #events = new Emitter();
  #connection;
  #requests;
  #subscriptions = /* @__PURE__ */ new Set();
  #timers;
  #online = () => this.#connection.retryNow();
  get state() {
    return this.#connection.state;
  }
  /** Calls `listener` for each such event, until the function that this returns is called. */
  on(type, listener) {
    return this.#events.on(type, listener);
  }
  /**
   * Connects; fulfilled when the broker has answered. It goes on trying, for as long as `timeoutMs` (for ever if not
   * given) and then still for what else was asked for. Errors: "closed" when trying again is of no use.
   */
  connect(options = {}) {
    this.#start();
    if (this.state === "connected") return Promise.resolve(this.#connection.info);
    const call = { command: "ping", fields: {}, repeatable: true, own: true, options: { timeoutMs: Infinity, ...options } };
    return this.#requests.call(call).then(() => this.#connection.info);
  }
  /** Ends everything: subscriptions, unanswered requests (with "closed"), the connection. connect() begins anew. */
  close() {
    removeOnline(this.#online);
    for (const subscription of [...this.#subscriptions]) subscription.closed(void 0);
    this.#connection.stop();
  }
  /** While it waits to connect again: does so now. */
  reconnectNow() {
    this.#connection.retryNow();
  }
  /**
   * Publishes, and waits until it is on disk (if the topic has a history). When the connection is lost before the answer,
   * it is repeated with the same key on the next one, so that nothing is lost or doubled.
   */
  async publish(subject, data, options = {}) {
    const fields = { ...publicationFields({ ...options, subject, data }), namespace: this.#namespace(options) };
    return published(await this.#publish(fields, options.ephemeral ?? false, options));
  }
  /** Publishes several of one topic at once; each succeeds or fails by itself. All of them are ephemeral, or none. */
  async publishAll(publications, options = {}) {
    const namespace = this.options.namespace;
    const fields = publications.map((each) => ({ ...publicationFields(each), namespace }));
    const ephemeral = publications.some((each) => each.ephemeral);
    const answer = await this.#publish(fields, ephemeral, options);
    return outcomes(answer, (each) => published({ epoch: answer.epoch, ...each }));
  }
  /** Subscribes to a subject or a pattern (`chat.room.*`, `chat.>`). `T` is what the program knows of the data. */
  subscribe(pattern, options = {}) {
    this.#start();
    const subscription = new Subscription(pattern, { ...options, namespace: this.#namespace(options) }, {
      call: (call) => this.#requests.call(call),
      timers: this.#timers,
      ended: (ended) => this.#subscriptions.delete(ended)
    });
    this.#subscriptions.add(subscription);
    if (options.signal?.aborted) subscription.closed(void 0);
    else if (this.#connection.isOpen) subscription.opened();
    return subscription;
  }
  /** Reads what a topic has kept. */
  async history(pattern, options = {}) {
    const before = options.before === "end" ? Number.MAX_SAFE_INTEGER : options.before;
    const where = options.before !== void 0 ? { before, epoch: options.epoch } : { from: wireFrom(options.from) };
    const fields = { pattern, limit: options.limit, ...where, namespace: this.#namespace(options) };
    return historyFromWire(await this.#call({ command: "history", fields, repeatable: true, options }));
  }
  /** Who is on a topic now, at most `limit` of them, and how many in all. */
  async presence(topic, options = {}) {
    const fields = { topic, limit: options.limit, namespace: this.#namespace(options) };
    const answer = await this.#call({ command: "presence", fields, repeatable: true, options });
    const members = (answer.members ?? []).map(memberFromWire);
    return { members, count: answer.count ?? members.length };
  }
  /** A queue, to send to and receive from. It is not made by this. */
  queue(name, options = {}) {
    return new Queue(name, this.#namespace(options), (call) => this.#call(call));
  }
  /** A stream, to append to and fetch from. It is not made by this. */
  stream(name, options = {}) {
    return new Stream(name, this.#namespace(options), (call) => this.#call(call));
  }
  #namespace(options) {
    return options.namespace ?? this.options.namespace;
  }
  #start() {
    if (this.state !== "closed") return;
    addOnline(this.#online);
    this.#connection.start();
  }
  #call(call) {
    this.#start();
    return this.#requests.call(call);
  }
  #publish(fields, ephemeral, options) {
    return this.#call({
      command: "publish",
      fields,
      repeatable: !ephemeral,
      repeatableForMs: keyKnownMs,
      onlyIfConnected: ephemeral,
      options: { signal: options.signal, timeoutMs: options.timeoutMs }
    });
  }
  /** Introduces itself, subscribes, and repeats what was unanswered: in that order, so that no own publish is missed. */
  #opened() {
    const unanswered = this.#requests.take();
    const call = { command: "connect", fields: { client: this.options.name ?? "tern-client" }, repeatable: false };
    this.#requests.call({ ...call, onlyIfConnected: true, own: true, options: { timeoutMs: Infinity } }).then(
      (answer) => this.#connection.confirmed(brokerInfo(answer)),
      () => {
      }
    );
    for (const subscription of [...this.#subscriptions]) subscription.opened();
    this.#requests.repeat(unanswered);
  }
  #received(message) {
    if (typeof message.id === "number") return this.#requests.answered(message);
    for (const [kind, body] of Object.entries(message)) {
      const push = body;
      for (const subscription of this.#subscriptions) {
        if (subscription.hasId(push["sub"])) subscription.pushed(kind, push);
      }
    }
  }
  #lost({ error, refused, final }) {
    if (final) {
      removeOnline(this.#online);
      this.#requests.closed(error);
      for (const subscription of [...this.#subscriptions]) subscription.closed(error);
    } else {
      this.#requests.lost(error, refused);
      for (const subscription of [...this.#subscriptions]) subscription.lost();
    }
  }
};
var wireFrom = (from) => typeof from === "object" && "time" in from ? { time: Number(from.time) } : from;
function publicationFields({ subject, data, as, attributes, key, group, ephemeral }) {
  return { subject, ...encodePayload(data, as), attributes, group, ephemeral, key: key ?? (ephemeral ? void 0 : randomKey()) };
}
function published(from) {
  const { id = "", offset, epoch, duplicate = false } = from;
  return { id, offset, epoch, duplicate };
}
function brokerInfo(answer) {
  return {
    broker: String(answer["broker"] ?? ""),
    pingMs: Number(answer["ping_ms"] ?? 0),
    limits: answer["limits"] ?? {}
  };
}
var addOnline = (listener) => globalThis.addEventListener?.("online", listener);
var removeOnline = (listener) => globalThis.removeEventListener?.("online", listener);
export {
  Client,
  TernError
};
