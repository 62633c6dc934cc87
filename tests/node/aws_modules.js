/// The AWS packages of tests/node for tests elsewhere in the tree, which would not find its node_modules by themselves.
export * from "@aws-sdk/client-sqs";
export { Consumer } from "sqs-consumer";
/// What the SDK brings along for those who want HTTP/2.
export { NodeHttp2Handler } from "@smithy/node-http-handler";
