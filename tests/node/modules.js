/// The packages of tests/node for tests elsewhere in the tree, which would not find its node_modules by themselves.
export { default as WebSocket, WebSocketServer } from "ws";
export { chromium } from "playwright-core";
