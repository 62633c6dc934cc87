#include "tools/tern/context.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <utility>

#include "tools/tern/text/utf8.hpp"

namespace tern::cli {

Context::Context(const CommonOptions& options) : options_(options), terminal_(terminal_of(STDOUT_FILENO)) {}

QueueName Context::queue(const std::string& name) {
    subject_ = name;
    return {name, options_.namespace_name};
}

ClientOptions Context::client_options() const {
    ClientOptions options;
    try {
        options.server = ServerAddress::parse(options_.server);
    } catch (const std::invalid_argument& error) {
        throw Failure(ExitCode::usage, fmt::format("--server '{}': {}", options_.server, error.what()));
    }
    options.application = "tern " TERN_VERSION;
    options.give_up_after = std::chrono::milliseconds(0);
    return options;
}

ClientOptions Context::patient_client_options() const {
    auto options = client_options();
    options.give_up_after = milliseconds(5'000);
    options.backoff_max = milliseconds(1'000);
    return options;
}

BlockingClient& Context::client() {
    return client(ClientOptions().request_timeout);
}

BlockingClient& Context::client(std::chrono::milliseconds request_timeout) {
    if (!client_) {
        auto options = client_options();
        options.request_timeout = request_timeout;
        client_.emplace(std::move(options));
    }
    return *client_;
}

void Context::note(const std::string& sentence) const {
    if (options_.json) return;
    std::fputs((printable(sentence, true) + "\n").c_str(), stderr);
}

bool Context::confirmed(const std::string& question, bool yes) const {
    if (yes) return true;
    if (isatty(STDIN_FILENO) == 0 || isatty(STDERR_FILENO) == 0) {
        throw Failure(ExitCode::usage, "this cannot be undone, and there is no terminal to ask on",
                      "Say --yes if you mean it.");
    }
    std::fputs((printable(question, false) + " [y/N] ").c_str(), stderr);
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

Failure failure_of(const Error& error, const std::string& server, const std::string& subject) {
    if (error.is_connection_error()) {
        const auto reason = error.detail().empty() ? std::string(error.sentence()) : error.detail();
        if (error.code() == ConnectionErrc::connection_failed) return unreachable(server, reason);
        const bool uncertain = error.execution() == Execution::perhaps;
        return {ExitCode::no_connection,
                fmt::format("{} ({}){}", error.sentence(), server, error.detail().empty() ? "" : ": " + error.detail()),
                uncertain ? "The request was perhaps executed: look before you repeat it." : ""};
    }
    std::string sentence(error.sentence());
    if (!error.detail().empty() && error.detail() != sentence) sentence += fmt::format(" ({})", error.detail());
    if (!subject.empty()) sentence = fmt::format("{}: {}", subject, sentence);
    return refusal(error.status(), sentence, subject);
}

}  // namespace tern::cli
