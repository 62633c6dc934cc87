#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/model/model.hpp"
#include "tests/model/subject.hpp"

namespace tern::model {

/// Holds the engine's answers and state against the model's. Remembers which of the engine's ids and sequences stand
/// for which message of the model.
class Comparison {
public:
    /// What differs between the answers of one step; empty when nothing does.
    std::string answers(const std::vector<Answer>& expected, const std::vector<engine::Completion>& given);
    /// What differs between the states, as descriptions, lists and peeks show them.
    std::string state(const Model& model, Subject& subject);
    /// Tells the model how far the engine's move tasks have come, and says when that is too far or not far enough.
    std::string moves(Model& model, Subject& subject);

private:
    std::string answer(const Answer& expected, const engine::Answer& given);
    std::string sends(const std::vector<SendOutcome>& expected, const std::vector<engine::SendResult>& given);
    std::string received(const Received& expected, const engine::ReceivedMessage& given);
    std::string same_message(const Message& expected, std::uint64_t incarnation, const engine::ReceivedMessage& given);
    std::string queue(const Queue& expected, Timestamp now, Subject& subject);
    std::string peeks(const Queue& expected, Timestamp now, Subject& subject);

    std::map<std::uint64_t, engine::MessageId> ids_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> numbers_;
    std::map<std::uint64_t, std::uint64_t> sequences_;
};

}  // namespace tern::model
