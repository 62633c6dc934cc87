/// A client of the Tern message broker for browsers and Node.js: docs/javascript.md.
export type { BackoffOptions } from "./backoff.js";
export { Client } from "./client.js";
export type {
    ClientEvents, ClientOptions, HistoryOptions, NewPublication, PublishOptions, Published,
} from "./client.js";
export type { BrokerInfo, ConnectionState, StateChange } from "./connection.js";
export { TernError } from "./errors.js";
export type { WebSocketConstructor, WebSocketLike } from "./link.js";
export type { Member, PresenceChange } from "./members.js";
export type { Attribute, Attributes, Encoding, Json } from "./payload.js";
export type { Gap } from "./position.js";
export type { History, Publication } from "./publication.js";
export type { Queue } from "./queue.js";
export type { Outcome, QueueMessage, ReceiveOptions, SendOptions } from "./queue.js";
export type { RequestOptions } from "./requests.js";
export type { Stream } from "./stream.js";
export type { Fetched, FetchOptions, NewRecord, StreamRecord } from "./stream.js";
export type { From, SubscribeOptions } from "./subscribe_options.js";
export type { Subscription } from "./subscription.js";
export type { Subscribed, SubscriptionEvents, SubscriptionState } from "./subscription.js";
export type { Timers } from "./timers.js";
