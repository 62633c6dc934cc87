#include "clients/cpp/source/waiting_pushes.hpp"

#include <algorithm>
#include <utility>

namespace tern::detail {

namespace {

std::size_t bytes_in(const Publication& publication) {
    std::size_t bytes = sizeof(Push) + publication.subject.size() + publication.data.size() + publication.handle.size();
    for (const auto& attribute : publication.attributes) {
        bytes += sizeof attribute + attribute.name.size() + attribute.type.size() + attribute.value.size();
    }
    return bytes;
}

std::size_t bytes_in(const PublicationGap&) {
    return sizeof(Push);
}

std::size_t bytes_in(const std::vector<PresenceMember>& members) {
    std::size_t bytes = 0;
    for (const auto& member : members) bytes += sizeof member + member.member.size() + member.state.size();
    return bytes;
}

std::size_t bytes_in(const PresenceChange& change) {
    std::size_t bytes = sizeof(Push) + bytes_in(change.joined) + bytes_in(change.updated);
    for (const auto& member : change.left) bytes += sizeof member + member.size();
    return bytes;
}

}  // namespace

std::size_t bytes_of(const Push& push) {
    return std::visit([](const auto& what) { return bytes_in(what); }, push);
}

void WaitingPushes::add(Push push) {
    bytes_ += bytes_of(push);
    pushes_.push_back(std::move(push));
}

void WaitingPushes::drop(const Publication& publication, const std::string& epoch) {
    if (!dropped_) dropped_.emplace();
    ++dropped_->dropped;
    dropped_->epoch = epoch;
    if (!publication.offset) return;
    if (dropped_->to_offset == 0) dropped_->from_offset = *publication.offset;
    dropped_->to_offset = *publication.offset + 1;
}

bool WaitingPushes::drop_oldest(std::size_t bytes_max, const std::string& epoch) {
    const auto excess = [&] { return bytes_ > bytes_max; };
    for (auto push = pushes_.begin(); excess() && push != pushes_.end();) {
        const auto* publication = std::get_if<Publication>(&*push);
        if (!publication) {
            ++push;
            continue;
        }
        drop(*publication, epoch);
        bytes_ -= bytes_of(*push);
        push = pushes_.erase(push);
    }
    return !excess();
}

std::vector<Push> WaitingPushes::take(std::size_t pushes_max) {
    std::vector<Push> taken;
    if (dropped_ && pushes_max > 0) taken.emplace_back(*std::exchange(dropped_, std::nullopt));
    while (!pushes_.empty() && taken.size() < pushes_max) {
        bytes_ -= bytes_of(pushes_.front());
        taken.push_back(std::move(pushes_.front()));
        pushes_.pop_front();
    }
    return taken;
}

void WaitingPushes::clear() {
    pushes_.clear();
    dropped_.reset();
    bytes_ = 0;
}

}  // namespace tern::detail
