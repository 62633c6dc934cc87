#include "broker/engine/dead_letters.hpp"

#include <algorithm>

#include "broker/engine/hidden_names.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine::dead_letters {
namespace {

using store::Table;

bool allows(const QueueSettings& target, const std::string& source) {
    const auto& policy = target.redrive_allow_policy;
    if (!policy || policy->permission == RedriveAllow::all) return true;
    if (policy->permission == RedriveAllow::none) return false;
    return std::find(policy->source_queues.begin(), policy->source_queues.end(), source) != policy->source_queues.end();
}

}  // namespace

Errc check(Batch& batch, const QueueName& source, const QueueSettings& settings) {
    if (!settings.redrive_policy) return Errc::ok;
    const auto& name = settings.redrive_policy->dead_letter_queue;
    if (name == source.name) return Errc::redrive_policy_invalid;
    const auto target = batch.queues.find(batch.transaction, {hidden_names::dead_letter_namespace(source), name});
    if (!target.has_value() || (*target)->settings().fifo != settings.fifo) return Errc::redrive_policy_invalid;
    return allows((*target)->settings(), source.name) ? Errc::ok : Errc::redrive_not_allowed;
}

void note_change(Batch& batch, const Queue& source, const std::string& before, const std::string& after) {
    if (before == after) return;
    const auto row = [&](const std::string& name) {
        return keys::dead_letter_source({hidden_names::dead_letter_namespace(source.row.queue), name}, source.id);
    };
    if (!before.empty()) batch.transaction.erase(Table::dead_letter_sources, row(before).view());
    if (!after.empty()) batch.transaction.put(Table::dead_letter_sources, row(after).view(), {});
}

bool has_sources(const store::ReadTransaction& transaction, const QueueName& queue) {
    const auto prefix = store::Key().text(queue.namespace_name).text(queue.name);
    const auto cursor = transaction.cursor(Table::dead_letter_sources);
    return cursor->seek(prefix.view()) && cursor->key().starts_with(prefix.view());
}

}  // namespace tern::engine::dead_letters
