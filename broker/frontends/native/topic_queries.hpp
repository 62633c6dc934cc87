#pragma once

#include "broker/base/result.hpp"
#include "broker/frontends/native/reply_writer.hpp"
#include "broker/frontends/native/request_topics.hpp"
#include "broker/runtime/broker.hpp"

/// The answers to queries of topics, from a snapshot. What is not ok was not answered: it is to be refused with that.
namespace tern::native {

Errc answer(runtime::Broker& broker, ReplyWriter& writer, ReplyTo to, const DescribeTopic& query);
Errc answer(runtime::Broker& broker, ReplyWriter& writer, ReplyTo to, const ListTopics& query);
Errc answer(runtime::Broker& broker, ReplyWriter& writer, ReplyTo to, const ListSubscriptions& query);
Errc answer(runtime::Broker& broker, ReplyWriter& writer, ReplyTo to, const DescribePresence& query);
Errc answer(runtime::Broker& broker, ReplyWriter& writer, ReplyTo to, const ReadHistory& query);

}  // namespace tern::native
