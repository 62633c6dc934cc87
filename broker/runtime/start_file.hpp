#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/engine/commands.hpp"

/// What a start file declares (docs/start-file.md): queues, topics and subscriptions that are there once the broker is
/// ready.
namespace tern::runtime {

/// Something wrong with the file: one line, with the file's name.
struct StartFileFault {
    std::string sentence;
};

/// One setting that the file gives.
template <class Change>
struct DeclaredField {
    std::string name;
    std::uint32_t line = 0;
    std::function<void(Change&)> set;
    /// Names another queue, which must be there first.
    bool needs_queues = false;
};

/// Something that the file declares, with the settings that it gives; what it does not give stays as it is.
template <class Name, class Change>
struct Declaration {
    Name name;
    std::uint32_t line = 0;
    std::vector<DeclaredField<Change>> fields = {};
    std::vector<engine::QueueTag> tags = {};
};

struct SubscriptionName {
    engine::TopicName topic;
    std::string queue;

    auto operator<=>(const SubscriptionName&) const = default;
};

struct StartFile {
    std::string path;
    std::vector<Declaration<engine::QueueName, engine::QueueSettingsChange>> queues;
    std::vector<Declaration<engine::TopicName, engine::TopicSettingsChange>> topics;
    std::vector<Declaration<SubscriptionName, engine::SubscriptionSettingsChange>> subscriptions;
};

/// The account and region whose queues are in the namespace without a name.
struct StartFileHome {
    std::string account;
    std::string region;
};

std::variant<StartFile, StartFileFault> read_start_file(const std::string& path, const StartFileHome& home);

}  // namespace tern::runtime
