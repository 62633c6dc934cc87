/// The AWS packages of tests/node for tests elsewhere in the tree, which would not find its node_modules by themselves.
export * from "@aws-sdk/client-sqs";
export { Consumer } from "sqs-consumer";
