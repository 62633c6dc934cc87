#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <variant>

#include "broker/engine/answers.hpp"
#include "broker/engine/commands.hpp"
#include "broker/frontends/admin/http_message.hpp"
#include "broker/frontends/admin/upgrade.hpp"
#include "broker/runtime/broker.hpp"

namespace tern::admin {

struct Submission;

/// What a request leads to next: its answer, going on as a WebSocket, or a command for the broker and another step
/// after that.
using HttpStep = std::variant<HttpResponse, Upgrade, std::unique_ptr<Submission>>;

/// A command on its way, and what follows from its answer. Of a connection that is gone nothing follows, and messages
/// that were received for it are given back.
struct Submission {
    engine::Command command;
    /// What the command's views point into; none when it has no views.
    runtime::Frame frame = nullptr;
    std::size_t bytes = 0;
    /// On the connection's I/O thread. A broker that did not take the command answers with its status alone.
    std::function<HttpStep(engine::Answer&&)> then;
    /// A long poll: a peer that hangs up before the answer has given up what it asked for.
    bool ends_with_client = false;
};

}  // namespace tern::admin
