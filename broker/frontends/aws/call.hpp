#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "broker/engine/answers.hpp"
#include "broker/engine/commands.hpp"
#include "broker/frontends/aws/error.hpp"
#include "broker/frontends/aws/names.hpp"
#include "broker/runtime/broker.hpp"

namespace tern::aws {

enum class Service : std::uint8_t { sqs, sns };
/// JSON 1.0, or a form with an answer in XML.
enum class Protocol : std::uint8_t { json, query };

/// One request of an SDK. What its protocol was makes a difference for a few texts only: Query's parameters have been
/// turned into the shape that they have in JSON.
struct Call {
    Service service = Service::sqs;
    Protocol protocol = Protocol::json;
    std::string operation;
    /// Whose call it is, and to which region.
    Scope scope;
    /// Empty: nobody said who they are.
    std::string access_key;
    /// HOST or HOST:PORT as the client wrote it, to be used in URLs.
    std::string authority;
    std::string request_id;
    /// Of the field X-Amzn-Trace-Id; empty when it is not there, or longer than a message's may be.
    std::string trace_header;
    /// Of Query only: the answer is wanted in JSON.
    bool answer_in_json = false;
    boost::json::object parameters;

    /// Takes parameters over with the memory they are in, which assigning would copy; what was there goes.
    void take_parameters(boost::json::object&& others) {
        std::destroy_at(&parameters);
        std::construct_at(&parameters, std::move(others));
    }
};

/// Memory for a result: all of it goes at once, with the last object that lies in it.
inline boost::json::storage_ptr result_storage() {
    return boost::json::make_shared_resource<boost::json::monotonic_resource>();
}

struct Submit;
/// What a call leads to next: its answer, a refusal, or a command for the broker and another step after that.
using Step = std::variant<boost::json::object, Error, Submit>;

struct Submit {
    engine::Command command;
    /// What the command's views point into; none when it has no views (FrameArena).
    runtime::Frame frame = nullptr;
    /// How much the command holds, for the limits of the mailbox.
    std::size_t bytes = 0;
    /// On the connection's I/O thread; the call is still there, but for its parameters. A broker that did not take the
    /// command answers with its status alone.
    std::function<Step(engine::Answer&&)> then = nullptr;
    /// A client that hangs up before the answer gives up what it asked for: a long poll.
    bool ends_with_client = false;
};

}  // namespace tern::aws
