#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "tern/detail/request.hpp"
#include "tern/group.hpp"

/// What there is of a consumer group, asked for page by page and given as one. Not for use by applications.
namespace tern::detail {

/// Requests one after the other, until the last page or the first failure.
class Walk {
public:
    virtual ~Walk() = default;
    virtual void begin() = 0;
    /// From any thread.
    virtual void cancel() = 0;
};

std::shared_ptr<Walk> walk_group(const std::shared_ptr<Session>& session, const GroupName& group,
                                 std::unique_ptr<Completion<GroupDescription>> completion);
/// No partitions: all.
std::shared_ptr<Walk> walk_offsets(const std::shared_ptr<Session>& session, const GroupName& group,
                                   const std::vector<PartitionSet>& partitions,
                                   std::unique_ptr<Completion<std::vector<CommittedOffset>>> completion);

/// `make` makes the walk that tells this completion.
template <class T, class Make, class Token>
auto start_walk(const std::shared_ptr<Session>& session, Make make, Token&& token) {
    return boost::asio::async_initiate<Token, void(Outcome<T>)>(
        [](auto handler, const std::shared_ptr<Session>& to, Make what) {
            using Handler = decltype(handler);
            auto slot = boost::asio::get_associated_cancellation_slot(handler);
            auto completion = std::make_unique<CompletionOf<T, Handler>>(std::move(handler), executor_of(*to));
            const std::shared_ptr<Walk> walk = what(to, std::move(completion));
            if (slot.is_connected()) {
                slot.assign([weak = std::weak_ptr<Walk>(walk)](boost::asio::cancellation_type type) {
                    if (type == boost::asio::cancellation_type::none) return;
                    if (const auto running = weak.lock()) running->cancel();
                });
            }
            walk->begin();
        },
        token, session, std::move(make));
}

template <class Token>
auto start_describing(const std::shared_ptr<Session>& session, const GroupName& group, Token&& token) {
    return start_walk<GroupDescription>(
        session,
        [group](const std::shared_ptr<Session>& to, std::unique_ptr<Completion<GroupDescription>> completion) {
            return walk_group(to, group, std::move(completion));
        },
        std::forward<Token>(token));
}

template <class Token>
auto start_fetching_offsets(const std::shared_ptr<Session>& session, const GroupName& group,
                            const std::vector<PartitionSet>& partitions, Token&& token) {
    using Offsets = std::vector<CommittedOffset>;
    return start_walk<Offsets>(
        session,
        [group, partitions](const std::shared_ptr<Session>& to, std::unique_ptr<Completion<Offsets>> completion) {
            return walk_offsets(to, group, partitions, std::move(completion));
        },
        std::forward<Token>(token));
}

}  // namespace tern::detail
