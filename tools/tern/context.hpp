#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "tern/blocking_client.hpp"
#include "tools/tern/failure.hpp"
#include "tools/tern/output.hpp"
#include "tools/tern/text/terminal.hpp"

namespace tern::cli {

using std::chrono::milliseconds;

/// What every command understands.
struct CommonOptions {
    std::string server = "127.0.0.1:4565";
    std::string namespace_name;
    bool json = false;
};

/// Where a command runs: the broker it speaks to, and the terminal or pipe it writes to.
class Context {
public:
    explicit Context(const CommonOptions& options);

    bool json() const { return options_.json; }
    const std::string& server() const { return options_.server; }
    const std::string& namespace_name() const { return options_.namespace_name; }
    /// Standard output.
    Output& out() { return out_; }
    const Terminal& terminal() const { return terminal_; }
    const Style& style() const { return terminal_.style; }

    /// The queue in the namespace of the command line. Failures from here on speak of it.
    QueueName queue(const std::string& name);
    /// The same for a stream and a consumer group.
    StreamName stream(const std::string& name) { return queue(name); }
    GroupName group(const std::string& name) { return queue(name); }
    const std::string& subject() const { return subject_; }

    /// Options for a client that fails at once when there is no broker. Errors: Failure when the address is not one.
    ClientOptions client_options() const;
    /// The same for a client that waits a while for a broker that is gone: a restart is not worth a word.
    ClientOptions patient_client_options() const;
    /// Connects at the first request.
    BlockingClient& client();
    /// The same with a limit of its own on how long an answer may take. To be called before any client().
    BlockingClient& client(std::chrono::milliseconds request_timeout);

    /// A sentence on standard error, for people; nothing with --json.
    void note(const std::string& sentence) const;
    /// Asks on the terminal before something is lost. True without asking when `yes`.
    /// Errors: Failure (usage) when there is no terminal to ask on.
    bool confirmed(const std::string& question, bool yes) const;

private:
    CommonOptions options_;
    Output out_;
    Terminal terminal_;
    std::string subject_;
    std::optional<BlockingClient> client_;
};

/// What a person should read when a request failed.
Failure failure_of(const Error& error, const std::string& server, const std::string& subject);

}  // namespace tern::cli
